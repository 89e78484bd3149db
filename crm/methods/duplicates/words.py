"""Words that say nothing about who somebody is, and surnames of two characters."""


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


TITLES = _set(
    "mr mrs ms miss mx sir dr drs prof professor herr frau hr fr mme mlle sr sra srta "
    "ing dipl diplom dott dottssa avv mag rer nat med mba emba msc bsc beng meng phd dphil "
    "md jd llm llb esq cpa cfa pmp acca mrics frics csm cissp"
)
GENERATIONS = {
    "jr": "jr", "junior": "jr", "jun": "jr", "senior": "sr", "sen": "sr",
    "ii": "ii", "iii": "iii", "iv": "iv",
}  # fmt: skip
HAN_TITLES = ("先生", "女士", "小姐", "博士", "教授", "老师", "经理", "总监")

LEGAL_FORMS = _set(
    "gmbh mbh ag kg kgaa ohg ug ev eg se inc incorporated corp corporation co company ltd limited "
    "llc llp lp plc pty pte pvt private sa sas sarl sasu eurl snc spa srl srls sapa sl slu sau "
    "bv nv vof cv cvba ab as asa aps oy oyj a/s sp zoo spzoo kft zrt nyrt sro doo dd ooo oao zao "
    "kk gk sdn bhd tbk pt ltda eireli holding holdings group gruppe groupe and und et the"
)
HAN_LEGAL_FORMS = (
    "股份有限公司", "有限责任公司", "有限公司", "株式会社", "股份公司", "集团公司", "集团", "公司",
)  # fmt: skip

SHARED_MAILBOXES = _set(
    "info sales contact office admin hello hi support mail email kontakt contacto contatto "
    "enquiries inquiries team post service marketing hr jobs careers press billing accounts "
    "accounting finance orders order help helpdesk reception webmaster noreply no-reply "
    "postmaster verkauf vertrieb buero ventas vendite commercial procurement purchasing "
    "secretary secretariat business"
)
FREE_MAIL = _set(
    "gmail.com googlemail.com outlook.com hotmail.com live.com msn.com yahoo.com yahoo.co.uk "
    "yahoo.de yahoo.fr icloud.com me.com mac.com aol.com proton.me protonmail.com gmx.de gmx.net "
    "gmx.com web.de t-online.de freenet.de mail.com mail.ru yandex.ru orange.fr free.fr wanadoo.fr "
    "laposte.net libero.it virgilio.it qq.com vip.qq.com foxmail.com 163.com 126.com yeah.net "
    "sina.com sina.cn sohu.com 139.com 189.cn aliyun.com naver.com zoho.com"
)

COMPOUND_SURNAMES = _set(
    "欧阳 司马 上官 诸葛 东方 皇甫 尉迟 公孙 慕容 司徒 令狐 宇文 长孙 万俟 夏侯 澹台 单于 呼延 端木 "
    "轩辕 南宫 西门 独孤 闻人 申屠 太史"
)
