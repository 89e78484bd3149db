"""Products: saving."""

from django.db import transaction

from core.currencies import base_currency
from core.models import User
from core.services.records import save_record
from crm.models import Product


@transaction.atomic
def save_product(*, product: Product, by: User) -> Product:
    """Create or change a product; a price without a currency is in the base currency."""
    if not product.currency:
        product.currency = base_currency()
    return save_record(record=product, by=by)
