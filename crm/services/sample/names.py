"""Names the sample company is made of. All people and companies are invented."""

GIVEN = {
    "de": (
        "Anna Lena Katrin Sabine Julia Miriam Heike Petra Nina Svenja Jonas Lukas Stefan Markus Tobias "
        "Andreas Matthias Florian Sebastian Jens Uwe Ralf Carsten Philipp Daniel"
    ),
    "en": (
        "Maya Grace Olivia Hannah Rachel Priya Naomi Claire Amelia Sophie James Oliver Daniel Marcus "
        "Ethan Samuel Thomas Nathan Adrian Callum Owen Victor Gareth Leon Isaac"
    ),
    "fr": (
        "Camille Élodie Claire Manon Inès Sandrine Margaux Céline Aurélie Julien Antoine Mathieu Nicolas "
        "Étienne Laurent Thierry Bastien Rémi Guillaume Olivier"
    ),
    "it": (
        "Giulia Chiara Francesca Elena Martina Silvia Paola Alessia Marco Luca Matteo Andrea Davide "
        "Stefano Giorgio Paolo Riccardo Simone Fabio Lorenzo"
    ),
    "nl": (
        "Sanne Lotte Femke Anouk Marijke Ilse Eva Daan Bram Sjoerd Ruben Maarten Joost Thijs Wouter Koen "
        "Pieter Niels Jeroen Bas"
    ),
    "sv": (
        "Elin Astrid Ingrid Linnea Karin Malin Frida Erik Lars Anders Johan Mikael Henrik Oskar Gustav "
        "Björn Nils Viktor Axel Emil"
    ),
    "pl": (
        "Agnieszka Katarzyna Magdalena Joanna Ewa Monika Zofia Piotr Marek Tomasz Paweł Krzysztof Jakub "
        "Michał Grzegorz Łukasz Adam Rafał Wojciech Marcin"
    ),
}

FAMILY = {
    "de": (
        "Brandt Köhler Vogt Lindner Seidel Böhm Kessler Hartwig Reuter Falk Engel Jansen Winkler Sommer "
        "Kramer Dietrich Arnold Pohl Ludwig Busch Hagen Rieger Thoma Wendt Ziegler Kuhn Lorenz Maier "
        "Nowak Ostermann Petersen Rohde Sauer Ullrich Walther Berger Albers Gruber Hauser Steiner"
    ),
    "en": (
        "Okafor Raman Whitfield Carver Ashby Brennan Holloway Mercer Sutton Pryce Langley Doyle Fenwick "
        "Hargrove Kendall Lockhart Maddox Norwood Osborne Pembroke Quill Radcliffe Sheridan Thackeray "
        "Underhill Vance Wexler Yates Bellamy Chandra Delgado Everett Fairbanks Gallagher Hensley Iyer "
        "Jennings Kapoor Larkin Monroe"
    ),
    "fr": (
        "Lefèvre Moreau Garnier Rousseau Fontaine Chevalier Marchand Delacroix Perrin Blanchard Carpentier "
        "Dumas Gauthier Lambert Mercier Renaud Vasseur Barbier Colin Hébert Jacquet Leclerc Noël Picard "
        "Roussel Tessier"
    ),
    "it": (
        "Bianchi Ferrara Conti Marchetti Galli Rinaldi Fontana Caruso Moretti Barbieri Lombardi Costa "
        "Serra Vitale Gatti Pellegrini Sala Testa Bassi Grasso Leone Mancini Neri Orlandi Parisi Valenti"
    ),
    "nl": (
        "Visser Bakker Mulder Dekker Hoekstra Kuipers Postma Schouten Veenstra Dijkstra Brouwer Hofman "
        "Kok Prins Smeets Timmer Verhoeven Wolters Zijlstra Blom"
    ),
    "sv": (
        "Lindqvist Bergström Ekholm Sandberg Hedlund Nyström Åkesson Forsberg Wallin Sjögren Dahl "
        "Holmgren Norén Strand Ek Björklund Lundin Öberg Rask Viklund"
    ),
    "pl": (
        "Kowalczyk Zieliński Wójcik Kamiński Mazur Krawczyk Piotrowski Grabowski Pawłowski Sikora Baran "
        "Szewczyk Duda Walczak Pietrzak Wieczorek Jabłoński Król Sadowski Wilk"
    ),
}

CHINESE_FAMILY = (
    "王 Wang 李 Li 张 Zhang 刘 Liu 陈 Chen 杨 Yang 赵 Zhao 黄 Huang 周 Zhou 吴 Wu 徐 Xu 孙 Sun 胡 Hu 朱 Zhu 高 Gao "
    "林 Lin 何 He 郭 Guo 马 Ma 罗 Luo 梁 Liang 宋 Song 郑 Zheng 谢 Xie 韩 Han 唐 Tang 冯 Feng 于 Yu 董 Dong 萧 Xiao "
    "程 Cheng 曹 Cao 袁 Yuan 邓 Deng 许 Xu 傅 Fu 沈 Shen 曾 Zeng 彭 Peng 吕 Lü"
)

CHINESE_GIVEN = (
    "伟 Wei 芳 Fang 敏 Min 静 Jing 磊 Lei 强 Qiang 洋 Yang 勇 Yong 艳 Yan 杰 Jie 娟 Juan 涛 Tao 明 Ming 超 Chao "
    "秀英 Xiuying 霞 Xia 平 Ping 刚 Gang 桂英 Guiying 晓东 Xiaodong 志强 Zhiqiang 建华 Jianhua 丽华 Lihua 子涵 Zihan "
    "雨桐 Yutong 浩然 Haoran 梓萱 Zixuan 思远 Siyuan 佳怡 Jiayi 俊杰 Junjie 文博 Wenbo 海燕 Haiyan 立新 Lixin "
    "国栋 Guodong 春梅 Chunmei 一鸣 Yiming 婷婷 Tingting 振宇 Zhenyu 晓琳 Xiaolin 天宇 Tianyu"
)

STEMS = (
    "Kestrel Aurubian Nordhavn Tessaly Brightwell Corvane Dunmere Elvary Fennick Galdera Halvor Ironbeck "
    "Jarvell Kordal Lumistra Merovar Novarra Ostrava Pelham Quorvan Rivenhall Solvay-Reed Tarnow Ulvik "
    "Verano Westmark Xanthe Yarrow Zelldorf Ambrix Belcourt Calder Drovane Estmere Falkner Greyfield "
    "Hollenau Ilmenau Jutta Kaltbach Lindmoor Marwick Nettle Orsova Pinnacle-Weir Rothmere Sandhurst "
    "Torvald Umbria Valdane Winterbourne Arkady Bluhm Cassel Derwent Eberhalt Frohnau Glasmere Hexham "
    "Isenburg"
)

TRADES = {
    "Automotive": "Motors Drivetrain Axle Seating Chassis",
    "Electronics": "Circuits Semicon Sensors Connectors Photonics",
    "Pharma": "Pharma Biologics Vials Therapeutics",
    "Food & beverage": "Foods Dairy Bakeries Beverages",
    "Packaging": "Packaging Cartons Labels Closures",
    "Metal": "Metals Steelworks Castings Tooling",
    "Logistics": "Logistics Intralogistics Parcel",
    "Batteries": "Cells Battery Energy Storage",
    "Plastics": "Polymers Plastics Moulding",
    "Machine building": "Robotics Machines Automation Systems",
}

LEGAL_FORMS = {
    "Germany": "GmbH",
    "United States": "Inc.",
    "United Kingdom": "Ltd",
    "France": "SAS",
    "Italy": "S.p.A.",
    "Netherlands": "B.V.",
    "Switzerland": "AG",
    "Sweden": "AB",
    "Austria": "GmbH",
    "Poland": "Sp. z o.o.",
}

CHINESE_BRANDS = (
    "星澜 Xinglan 衡岳 Hengyue 瑞麓 Ruilu 澄屿 Chengyu 睿朗 Ruilang 泓晟 Hongsheng 锦越 Jinyue 凌屹 Lingyi "
    "柏川 Baichuan 启衡 Qiheng 云岫 Yunxiu 晟远 Shengyuan 嘉屿 Jiayu 铭岳 Mingyue 信珩 Xinheng 辰锐 Chenrui "
    "昱泽 Yuze 朗擎 Langqing 岚图川 Lantuchuan 翊诚 Yicheng 宏漠 Hongmo 景曜 Jingyao 沐阳川 Muyangchuan 恒棠 Hengtang "
    "鼎澈 Dingche 明岑 Mingcen 思泓 Sihong 卓岩 Zhuoyan 青禾川 Qinghechuan 远峤 Yuanqiao"
)

CHINESE_TRADES = {
    "汽车": "汽车零部件",
    "电子": "电子科技",
    "医药": "医药",
    "食品饮料": "食品",
    "包装": "包装材料",
    "金属加工": "精密五金",
    "物流": "智能物流",
    "锂电池": "新能源",
    "塑料": "塑胶制品",
    "机械制造": "智能装备",
}
