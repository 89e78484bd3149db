// The interactive documentation: asks as whoever is signed in, with the token of their forms.
(() => {
  const place = document.getElementById("api-docs");
  const headers = JSON.parse(document.body.getAttribute("hx-headers"));
  window.SwaggerUIBundle({
    url: place.dataset.schema,
    domNode: place,
    deepLinking: false,
    docExpansion: "none",
    defaultModelsExpandDepth: 0,
    persistAuthorization: false,
    // The page has a title of its own.
    plugins: [{ wrapComponents: { InfoContainer: () => () => null } }],
    requestInterceptor: (request) => {
      Object.assign(request.headers, headers);
      return request;
    },
  });
})();
