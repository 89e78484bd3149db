"""What columns are called in exports: English, German, Chinese, and the systems people come from.

Names are compared without case, punctuation and the words that systems put before them
(`Person - `, `Mailing`); see `plain_name`.
"""

import re

from core.text import comparable

_BEFORE = re.compile(
    r"^(?:person|people|organi[sz]ation|deal|contact|company|lead|product|activity|note) - "
)
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_MARKS = re.compile(r"[\W_]+")


def plain_name(column: str) -> str:
    """The name of a column as the tables below have it.

    >>> plain_name("Person - E-mail (Work)"), plain_name("MailingPostalCode")
    ('e mail work', 'mailing postal code')
    """
    named = _BEFORE.sub("", comparable(_CAMEL.sub(" ", column)))
    return " ".join(_MARKS.sub(" ", named).split())


def _table(text: str) -> dict[str, str]:
    """Targets by the names of columns; a line is `target: name | name`."""
    lines = (line.partition(":") for line in text.strip().splitlines() if line.strip())
    return {
        name.strip(): target.strip() for target, _colon, names in lines for name in names.split("|")
    }


_RECORD = """
external: id | record id | system id | externe id | datensatz id | 编号 | 记录编号 | 记录 id
owner: owner | owner id | record owner | assigned to | assigned to user | account owner | contact owner | deal owner | company owner | lead owner | opportunity owner | owner name | sales agent | sales rep | salesperson | zuständig | besitzer | inhaber | eigentümer | verantwortlicher | 负责人 | 所有人 | 归属人 | 销售代表 | 跟进人
created: created | created at | created on | created date | add time | create date | creation date | date created | created time | person created | organization created | deal created | erstellt | erstellt am | erstelldatum | angelegt am | 创建时间 | 创建日期 | 建立时间 | 录入时间
tags: tags | tag | labels | label | schlagworte | schlagwörter | 标签
description: description | notes | note | comment | comments | remarks | about | beschreibung | notizen | notiz | bemerkung | bemerkungen | anmerkung | kommentar | 备注 | 描述 | 说明
source: source | lead source | original source | quelle | leadquelle | herkunft | 来源 | 线索来源 | 客户来源
"""

_PLACE = """
street: street | street address | address | address 1 | address line 1 | mailing street | billing street | straße | strasse | anschrift | adresse | straße und hausnummer | 地址 | 街道 | 详细地址 | 通讯地址
city: city | town | mailing city | billing city | stadt | ort | 城市 | 市
state: state | state region | province | region | state province | mailing state | mailing state province | billing state | billing state province | bundesland | kanton | 省 | 省份 | 州
postal_code: postal code | zip | zip code | postcode | zip postal code | mailing postal code | mailing zip postal code | billing postal code | billing zip postal code | plz | postleitzahl | 邮编 | 邮政编码
country: country | country region | mailing country | billing country | office location | land | staat | 国家 | 国家 地区 | 国家地区
"""

_PERSON = """
name: name | full name | contact name | display name | formatted name | person | vollständiger name | anzeigename | 姓名 | 名字 | 联系人 | 联系人姓名 | 全名
given_name: first name | firstname | given name | vorname | 名
family_name: last name | lastname | surname | family name | nachname | familienname | zuname | 姓 | 姓氏
salutation: salutation | title prefix | prefix | honorific prefix | anrede | 称呼 | 称谓
email: email | e mail | email address | e mail address | mail | primary email | work email | business email | email work | e mail adresse | emailadresse | mailadresse | geschäftliche e mail | 邮箱 | 电子邮件 | 电子邮箱 | 邮件 | 邮箱地址 | 工作邮箱
more_email: other email | second email | secondary email | additional email addresses | email home | email other | e mail home value | private email | personal email | email 2 | email 3 | e mail 2 address | e mail 3 address | zweite e mail | private e mail | 其他邮箱 | 备用邮箱 | 私人邮箱
phone: phone | phone number | telephone | tel | phone work | work phone | business phone | office phone | telefon | telefonnummer | tel nr | rufnummer | 电话 | 电话号码 | 联系电话 | 座机 | 固定电话 | 办公电话
mobile: mobile | mobile phone | mobile phone number | cell | cell phone | cellphone | phone mobile | mobiltelefon | handy | handynummer | mobil | 手机 | 手机号 | 手机号码 | 移动电话
more_phone: other phone | phone other | phone home | home phone | second phone | private telefonnummer | 其他电话 | 备用电话
job_title: job title | jobtitle | title | position | role | occupation | funktion | berufsbezeichnung | jobtitel | stelle | 职位 | 职务 | 头衔 | 职称
department: department | division | abteilung | bereich | 部门 | 所属部门
linkedin_url: linkedin | linkedin url | linkedin profile | linkedin profile url | linkedin bio | url | profile url | 领英
language: language | preferred language | sprache | 语言
birthday: birthday | birthdate | date of birth | birth date | geburtstag | geburtsdatum | 生日 | 出生日期
connected_on: connected on | verbunden am | 联系日期 | 建立联系日期
"""

_COMPANY_OF = """
company: company | company name | account | account name | organization | organisation | organization name | employer | associated company | primary company | firma | firmenname | unternehmen | unternehmensname | 公司 | 公司名称 | 单位 | 企业 | 企业名称 | 客户 | 客户名称
company.external: account id | associated company ids | associated company id | company id | organization id | record id company | primary associated company id
"""

_CONTACT_OF = """
contact: contact | contact person | primary contact | main contact | contact name | person | ansprechpartner | kontakt | kontaktperson | 联系人
contact.email: contact email | contact e mail | person email | 联系人邮箱
contact.external: contact id | associated contact ids | associated contact id | person id
"""

CONTACT = _table(
    _RECORD
    + _PLACE
    + _PERSON
    + _COMPANY_OF
    + """
external: contact id | person id | record id contact
known_since: known to me since | known since | mir bekannt seit | bekannt seit | 认识时间
lifecycle_stage: lifecycle stage | lifecyclephase | 生命周期阶段
reports_to.external: reports to id
reports_to: reports to | manager | vorgesetzter | 上级
"""
)

COMPANY = _table(
    _RECORD
    + _PLACE
    + """
name: name | company | company name | account | account name | organization | organization name | organisation | firma | firmenname | unternehmen | 公司 | 公司名称 | 客户 | 客户名称 | 企业名称 | 单位名称 | 名称
external: account id | company id | organization id | record id company
parent: parent | parent account | parent company | subsidiary of | part of | muttergesellschaft | konzern | 母公司 | 上级公司
parent.external: parent id | parent account id | parent company id
kind: type | company type | account type | typ | 类型 | 客户类型
website: website | web site | url | web | homepage | website url | webseite | internetseite | 网站 | 网址 | 官网
domain: domain | company domain name | domain name | domäne | 域名
phone: phone | phone number | telephone | telefon | telefonnummer | 电话 | 联系电话
email: email | e mail | email address | e mail adresse | 邮箱 | 电子邮件
linkedin_url: linkedin | linkedin company page | linkedin url
industry: industry | sector | branche | industrie | 行业 | 所属行业
employees: employees | number of employees | employee count | company size | headcount | mitarbeiter | mitarbeiterzahl | anzahl mitarbeiter | 员工 | 员工数 | 员工人数 | 人数
annual_revenue: annual revenue | revenue | turnover | umsatz | jahresumsatz | 年收入 | 年营收 | 营业额 | 营收
currency: currency | currency iso code | account currency | währung | 币种 | 货币
"""
)

# A lead's person has one number: that of the desk, else the mobile one.
_PERSON_OF_LEAD = "\n".join(
    f"person.{line}"
    for line in _PERSON.replace("mobile:", "phone:").strip().splitlines()
    if line.startswith(("name:", "given_name:", "family_name:", "email:", "phone:", "job_title:"))
)

# What exports of leads call tags is one word for where a lead stands: a field of its own.
LEAD = _table(
    re.sub(r"(?m)^tags:", "new:", _RECORD)
    + _PLACE
    + _PERSON_OF_LEAD
    + _COMPANY_OF
    + """
person.name: lead name
external: lead id | lead number | 线索编号 | 线索 id
status: status | lead status | leadstatus | 状态 | 线索状态
outcome: converted | is converted | won | outcome | 是否成交 | 成交 | 是否转化
captured: captured | captured on | created | created at | created on | created date | create date | creation date | date created | erstellt am | erstelldatum | 创建时间 | 创建日期 | 日期
interest: interest | interested in | product interest | interesse | 意向产品 | 感兴趣的产品
budget: budget | estimated value | 预算
needed_by: needed by | timeline | timeframe
lost_reason: lost reason | reason lost | disqualification reason | 流失原因 | 丢单原因
currency: currency | währung | 币种
"""
)

DEAL = _table(
    _RECORD
    + _COMPANY_OF
    + _CONTACT_OF
    + """
name: name | deal | deal name | title | deal title | opportunity | opportunity name | verkaufschance | geschäft | name des deals | 名称 | 商机 | 商机名称 | 交易名称 | 标题
external: deal id | opportunity id | record id deal | 商机编号
stage: stage | deal stage | stage name | opportunity stage | phase | verkaufsphase | 阶段 | 商机阶段 | 销售阶段
pipeline: pipeline | sales pipeline | 管道 | 销售管道 | 销售流程
status: status | deal status | 状态
amount: amount | value | deal value | close value | deal amount | price | betrag | wert | auftragswert | summe | 金额 | 商机金额 | 交易金额 | 成交金额
currency: currency | currency of value | currency iso code | deal currency code | währung | 币种 | 货币
close: close | close date | expected close | expected close date | closing date | abschlussdatum | erwartetes abschlussdatum | 预计成交日期 | 预计成交时间 | 结单日期
closed: closed | closed on | closed at | won time | lost time | deal closed on | won date | 成交日期 | 成交时间
created: engage date | deal created | opened | open date | 创建时间
probability: probability | chance | win probability | wahrscheinlichkeit | 概率 | 成交概率 | 赢率
forecast_category: forecast category | forecast
kind: type | deal type | opportunity type | 类型
next_step: next step | nächster schritt | 下一步
lost_reason: lost reason | closed lost reason | loss reason | verlustgrund | 丢单原因 | 输单原因
product: product | product name | item | produkt | artikel | 产品 | 产品名称
quantity: quantity | qty | menge | anzahl | 数量
"""
)

PRODUCT = _table(
    _RECORD
    + """
name: name | product | product name | item | item name | produkt | produktname | artikel | 产品 | 产品名称 | 名称 | 品名
sku: sku | product code | code | item number | artikelnummer | produktcode | 产品编码 | 产品编号 | 货号 | 编码
category: category | series | family | product family | product type | kategorie | warengruppe | 类别 | 分类 | 产品分类 | 系列
unit: unit | einheit | 单位
price: price | unit price | list price | sales price | preis | listenpreis | 价格 | 单价 | 售价
currency: currency | currency iso code | währung | 币种
is_active: active | is active | on sale | aktiv | 是否在售 | 在售
"""
)

ACTIVITY = _table(
    _RECORD
    + _COMPANY_OF
    + _CONTACT_OF
    + """
subject: subject | title | activity | activity subject | betreff | 主题 | 标题
kind: type | activity type | task subtype | event subtype | kind | typ | 类型
at: date | due date | start date time | activity date time | due date time | when | start | start date | activity date | datum | fällig am | 日期 | 时间 | 截止日期
body: body | text | content | public description | description | notes | note | full comments | 内容 | 备注
deal: deal | opportunity | deal name | 商机
deal.external: deal id | opportunity id | associated deal ids
minutes: duration | minutes | duration minutes | duration in minutes | dauer | 时长
seconds: call duration in seconds | duration in seconds
time: due time | start time | time of day | uhrzeit
done: done | done on | done at | completed | completed date | completed date time | marked as done time | erledigt | erledigt am | 完成时间
status: status | is closed | closed | task status | 状态
direction: direction | call type | richtung | 方向
outcome: outcome | call disposition | result | ergebnis | 结果
lead: lead | 线索
lead.external: lead id
location: location | place | ort | 地点
"""
)

INTERACTION = _table(
    """
contact.email: email | e mail | email address | contact email | user email | customer email | e mail adresse | 邮箱 | 客户邮箱
contact.external: customer id | contact id | user id | customer | cust id | id | client id | kundennummer | 客户编号 | 客户 id | 用户 id
contact.linkedin: profile url | linkedin | linkedin url | linkedin profile url | 领英
contact: contact | name | full name | customer name | kunde | 客户 | 姓名 | 联系人
at: date | at | time | timestamp | datetime | when | event time | order date | transaction date | purchase date | invoice date | datum | bestelldatum | 日期 | 时间 | 下单时间 | 交易时间 | 订单日期
kind: kind | type | event | event type | action | ereignis | 类型 | 事件 | 行为
key: key | event id | order id | order number | transaction id | invoice no | invoice number | bestellnummer | rechnungsnummer | 订单号 | 流水号 | 交易号
subject: subject | about | product | item | page title | title | description | betreff | produkt | 主题 | 商品 | 产品
url: url | page | link | 网址 | 页面
channel: channel | source | medium | kanal | 渠道
amount: amount | value | total | price | revenue | order total | betrag | umsatz | 金额 | 总额 | 消费金额
currency: currency | währung | 币种
"""
)

COLLEAGUE = _table(
    """
external: id | user id | owner id | record id | employee id | mitarbeiternummer | 编号 | 用户 id | 工号
name: name | full name | sales agent | sales rep | salesperson | agent | user | owner | colleague | employee | mitarbeiter | benutzer | vollständiger name | 姓名 | 同事 | 员工 | 销售代表 | 负责人
given_name: first name | given name | vorname | 名
family_name: last name | family name | surname | nachname | 姓
email: email | e mail | email address | mail | e mail adresse | 邮箱 | 电子邮箱 | 邮件
team: team | teams | main team | primary team | sales team | regional office | region | office | department | division | abteilung | niederlassung | büro | 团队 | 部门 | 销售团队 | 区域 | 大区 | 分公司
manager: manager | manager name | manager email | sales manager | supervisor | team lead | team leader | vorgesetzter | vorgesetzte | leiter | teamleiter | 经理 | 主管 | 上级 | 团队经理
role: role | roles | user role | rolle | 角色
language: language | locale | language locale key | sprache | 语言
time_zone: time zone | timezone | time zone sid key | zeitzone | 时区
is_active: active | is active | status active | aktiv | 启用 | 是否启用 | 在职
new: username | user name | benutzername | alias | manager id | 用户名
"""
)

GROUP = _table(
    _RECORD
    + "name: name | group | gruppe | 名称 | 群组\nkind: type | typ | 类型\nurl: url | web address | website"
)
EVENT = _table(
    _RECORD
    + """
name: name | event | title | veranstaltung | 名称 | 活动 | 活动名称
kind: type | event type | typ | 类型
starts: start | starts | begin | start date | date | beginn | 开始时间 | 日期
ends: end | ends | end date | ende | 结束时间
place: place | location | venue | ort | 地点
url: url | web address | website
cost: cost | budget | kosten | 费用
"""
)


def _values(text: str) -> dict[str, str]:
    """Our words by theirs."""
    return {comparable(name): word for name, word in _table(text).items()}


# What values are called elsewhere, by the field they are of.
VALUES: dict[str, dict[str, str]] = {
    "crm.lead.status": _values(
        """
        new: new | open | open not contacted | neu | offen | 新建 | 新线索 | 未联系
        working: working | working contacted | contacted | connected | in progress | attempted to contact | open deal | kontaktiert | in bearbeitung | 跟进中 | 已联系
        qualified: qualified | qualifiziert | 已确认 | 合格
        converted: converted | won | closed converted | konvertiert | 已转化 | 已转换
        unqualified: unqualified | not a fit | bad timing | closed not converted | disqualified | unqualifiziert | 不合适 | 不合格
        lost: lost | closed | verloren | 已流失
        """
    ),
    "crm.contact.lifecycle_stage": _values(
        """
        subscriber: subscriber | abonnent | 订阅者
        lead: lead | 线索
        mql: marketing qualified lead | marketing qualified | mql
        sql: sales qualified lead | sales qualified | sql
        opportunity: opportunity | verkaufschance | 商机
        customer: customer | kunde | 客户
        evangelist: evangelist | 布道者
        other: other | sonstiges | 其他
        """
    ),
    "crm.company.kind": _values(
        """
        prospect: prospect | lead | target | interessent | 潜在客户
        customer: customer | client | customer direct | customer channel | kunde | 客户
        former: former customer | former | ehemaliger kunde | 流失客户
        partner: partner | channel partner reseller | technology partner | installation partner | reseller | 合作伙伴
        supplier: supplier | vendor | lieferant | 供应商
        competitor: competitor | wettbewerber | 竞争对手
        other: other | sonstige | 其他
        """
    ),
    "crm.deal.kind": _values(
        """
        new: new business | new customer | newbusiness | neugeschäft | 新业务 | 新签
        expansion: existing business | existing customer upgrade | upsell | expansion | existingbusiness | bestandsgeschäft | 增购
        renewal: renewal | existing customer replacement | verlängerung | 续约
        """
    ),
    "crm.deal.forecast_category": _values(
        """
        pipeline: pipeline | not forecasted | 管道
        best_case: best case | most likely | 最佳情况
        commit: commit | closed | won | 承诺
        omitted: omitted | left out | 忽略
        """
    ),
    "crm.activity.kind": _values(
        """
        call: call | calls | phone call | anruf | anrufe | telefonat | 电话
        meeting: meeting | meetings | event | events | lunch | appointment | demo | besprechung | termin | 会议 | 拜访
        note: note | notes | notiz | notizen | 备注 | 笔记
        task: task | tasks | to do | todo | deadline | follow up | aufgabe | aufgaben | 任务 | 待办
        email: email | emails | e mail | list email | 邮件
        """
    ),
    "crm.activity.direction": _values(
        """
        in: in | inbound | incoming | eingehend | 呼入
        out: out | outbound | outgoing | ausgehend | 呼出
        """
    ),
    "crm.activity.priority": _values(
        """
        high: high | highest | urgent | hoch | 高
        normal: normal | medium | mittel | 中
        low: low | lowest | niedrig | 低
        """
    ),
    "crm.interaction.kind": _values(
        """
        purchase: purchase | order | sale | transaction | bought | buy | invoice | kauf | bestellung | rechnung | 购买 | 订单 | 下单 | 成交
        visit: visit | page visit | page view | pageview | page_view | page viewed | website visit | session | besuch | 访问 | 浏览 | 页面浏览
        click: click | clicked | link clicked | email click | email_click | email link clicked | klick | 点击
        open: open | opened | email open | email_open | email opened | geöffnet | 打开 | 邮件打开
        reply: reply | replied | email reply | email_reply | antwort | 回复
        submit: submit | submitted | form submit | form submission | form_submit | form submitted | formular | 表单提交 | 提交
        download: download | downloaded | heruntergeladen | 下载
        view: view | viewed | content view | video view | angesehen | 观看
        like: like | liked | reaction | gefällt mir | 点赞
        comment: comment | commented | kommentar | 评论
        share: share | shared | repost | geteilt | 分享 | 转发
        chat: chat | message | chat message | im | nachricht | 聊天 | 消息
        attend: attend | attended | event attended | webinar | teilgenommen | 参加 | 参会
        unsubscribe: unsubscribe | unsubscribed | opt out | abgemeldet | 退订
        """
    ),
}

# Our stages, as they come with the product, by what other systems call theirs.
STAGES = _values(
    """
    Qualified: qualified | prospecting | qualification | qualified to buy | appointment scheduled | lead in | new | open | qualifiziert | 初步接洽 | 潜在
    Discovery: discovery | needs analysis | contact made | demo scheduled | engaging | presentation scheduled | bedarfsanalyse | 需求确认 | 需求分析
    Proposal: proposal | proposal made | proposal price quote | proposal/price quote | value proposition | id. decision makers | id decision makers | perception analysis | decision maker bought in | decision maker bought-in | quote | angebot | 方案报价 | 报价
    Negotiation: negotiation | negotiation/review | negotiation review | negotiations started | contract sent | verhandlung | 谈判 | 商务谈判
    """
)
WON = frozenset(
    _values(
        "won: won | closed won | closedwon | gewonnen | abgeschlossen und gewonnen | 赢单 | 已赢单 | 成交 | 已成交"
    )
)
LOST = frozenset(
    _values(
        "lost: lost | closed lost | closedlost | verloren | abgeschlossen und verloren | deleted | 输单 | 丢单 | 已输单 | 已丢单"
    )
)
OPEN = frozenset(_values("open: open | offen | in progress | 进行中"))
# Of activities; whatever else stands there is still to be done.
DONE = frozenset(
    _values(
        "done: done | completed | complete | closed | finished | held | erledigt | abgeschlossen | 已完成 | 完成"
    )
)
