"""What records of the sample company say, in English and in Chinese."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Trade:
    """An industry: its share in the West and in China, and how well our product fits it."""

    name: str
    chinese: str
    share: int
    chinese_share: int
    fit: float


TRADES = (
    Trade("Automotive", "汽车", 16, 14, 0.5),
    Trade("Electronics", "电子", 12, 24, 0.4),
    Trade("Pharma", "医药", 12, 8, 0.5),
    Trade("Food & beverage", "食品饮料", 13, 9, -0.1),
    Trade("Packaging", "包装", 12, 7, 0.0),
    Trade("Metal", "金属加工", 10, 9, -0.5),
    Trade("Logistics", "物流", 7, 6, -0.4),
    Trade("Batteries", "锂电池", 5, 12, 0.8),
    Trade("Plastics", "塑料", 6, 5, -0.7),
    Trade("Machine building", "机械制造", 7, 6, 0.1),
)


@dataclass(frozen=True)
class Job:
    """A job title with its department, share, and how much its holder decides."""

    title: str
    chinese: str
    department: str
    chinese_department: str
    share: int
    weight: float


JOBS = (
    Job("Head of Production", "生产总监", "Production", "生产部", 8, 1.1),
    Job("Plant Manager", "厂长", "Production", "生产部", 8, 0.9),
    Job("Quality Manager", "质量经理", "Quality", "质量部", 13, 0.7),
    Job("Automation Engineer", "自动化工程师", "Engineering", "工程部", 14, 0.2),
    Job("Process Engineer", "工艺工程师", "Engineering", "工程部", 12, 0.0),
    Job("Head of R&D", "研发总监", "R&D", "研发部", 6, 0.3),
    Job("Purchasing Manager", "采购经理", "Purchasing", "采购部", 10, -0.1),
    Job("Buyer", "采购员", "Purchasing", "采购部", 7, -0.7),
    Job("Maintenance Manager", "设备经理", "Maintenance", "设备部", 6, 0.0),
    Job("Managing Director", "总经理", "Management", "总经办", 5, 0.7),
    Job("IT Manager", "IT 经理", "IT", "信息部", 4, -0.8),
    Job("Consultant", "顾问", "Consulting", "咨询", 4, -1.3),
    Job("Intern", "实习生", "Engineering", "工程部", 3, -2.2),
)


@dataclass(frozen=True)
class Source:
    """Where leads come from: share, the channel of what they did, and how serious they are."""

    name: str
    share: int
    channel: str
    weight: float


SOURCES = (
    Source("Website", 26, "web", 0.2),
    Source("Search ads", 16, "search", -0.7),
    Source("Webinar", 13, "webinar", 0.4),
    Source("Trade fair", 14, "fair", 0.6),
    Source("Referral", 8, "referral", 1.4),
    Source("LinkedIn", 9, "linkedin", -0.4),
    Source("Cold outreach", 9, "email", -1.2),
    Source("Partner", 5, "partner", 0.9),
)

CHINESE_SOURCES = (
    Source("官网", 20, "web", 0.2),
    Source("百度推广", 18, "search", -0.8),
    Source("微信公众号", 20, "wechat", 0.3),
    Source("展会", 18, "fair", 0.6),
    Source("转介绍", 9, "referral", 1.4),
    Source("抖音", 9, "douyin", -1.1),
    Source("合作伙伴", 6, "partner", 0.9),
)

INTERESTS = (
    ("Surface inspection", "表面检测"),
    ("Robot guidance", "机器人引导"),
    ("Code reading", "读码追溯"),
    ("Dimensional measurement", "尺寸测量"),
    ("Packaging inspection", "包装检测"),
    ("Battery cell inspection", "电芯检测"),
)

LOST_REASONS = (
    ("Price", "价格"),
    ("Chose a competitor", "选择了竞争对手"),
    ("No budget", "没有预算"),
    ("Timing", "时机不对"),
    ("No answer any more", "不再回复"),
)

# Invented, like everybody here.
COMPETITORS = ("Nordlicht Vision", "Optivance", "慧视智能")

UNFIT_REASONS = (
    ("Wants something else", "需求不符"),
    ("Student or job seeker", "学生或求职者"),
    ("Too small", "规模太小"),
    ("Cannot be reached", "联系不上"),
)

# Code, name, category, unit, price in euros, whether it is bought again and again.
PRODUCTS = (
    ("HV-5", "Lumen 5 smart camera 智能相机", "Cameras 相机", "piece", 3_200, False),
    ("HV-12", "Lumen 12 smart camera 智能相机", "Cameras 相机", "piece", 5_900, False),
    ("HV-3D", "Relief 3D profiler 三维轮廓仪", "Cameras 相机", "piece", 14_500, False),
    ("HL-R", "Halo ring light 环形光源", "Lighting 光源", "piece", 420, True),
    ("HL-B", "Halo bar light 条形光源", "Lighting 光源", "piece", 510, True),
    ("HC-1", "Edge controller 边缘控制器", "Controllers 控制器", "piece", 4_800, False),
    ("HS-I", "Helioptic Inspect licence 检测软件许可", "Software 软件", "line", 6_500, False),
    ("HS-R", "Helioptic Read licence 读码软件许可", "Software 软件", "line", 2_900, False),
    ("HT-1", "Commissioning 现场调试", "Services 服务", "day", 1_250, False),
    ("HT-2", "Operator training 操作培训", "Services 服务", "day", 980, False),
    ("HP-S", "Service plan 服务合同", "Services 服务", "year", 3_600, True),
    ("HP-L", "Lens set 镜头组", "Spare parts 备件", "set", 690, True),
)

TAGS = (
    "Reference 标杆客户",
    "Key account 重点客户",
    "Newsletter 通讯订阅",
    "Trade fair 展会",
    "Webinar 网络研讨会",
    "Retrofit 改造",
    "New line 新产线",
    "Tender 招标",
    "Price-sensitive 价格敏感",
)

PAGES = (
    ("/products/lumen-12", "Lumen 12"),
    ("/products/relief-3d", "Relief 3D"),
    ("/applications/battery", "Battery inspection 电池检测"),
    ("/applications/packaging", "Packaging inspection 包装检测"),
    ("/pricing", "Prices 价格"),
    ("/cases/nordhavn", "Case study: Nordhavn"),
    ("/cases/xinglan", "客户案例：星澜"),
    ("/contact", "Contact 联系我们"),
)

DOWNLOADS = (
    "Data sheet Lumen 12",
    "Guide: choosing a light",
    "白皮书：锂电视觉检测",
    "选型手册",
    "Return on investment calculator",
)

NEWSLETTERS = ("Helioptic News {month}", "视觉月报 {month}")

NOTES = (
    (
        "Runs {lines} lines, two of them inspected by hand. Wants a pilot on one line first.",
        "目前有 {lines} 条产线，其中两条靠人工检验。希望先在一条线上试点再决定。",
    ),
    (
        "Budget is decided in the autumn. Purchasing asks for three offers.",
        "预算秋季确定。采购要求三家比价。",
    ),
    (
        "Sent sample parts to our lab. Glossy surface: needs the bar light and a polariser.",
        "样件已寄到我们实验室。表面反光，需要条形光源加偏振片。",
    ),
    (
        "Uses a competitor’s system on the old line and is unhappy with the support.",
        "老产线用的是竞品，对售后服务不满意。",
    ),
    (
        "The new line starts in spring; tying in with the line control is the main question.",
        "新产线春季投产，最关心与产线控制系统的对接。",
    ),
    (
        "IT security wants to know where images are stored. Sent our data sheet.",
        "信息安全部门问图像存放在哪里，已发送说明文件。",
    ),
)

CALLS = (
    ("First call about {interest}", "首次电话：{interest}"),
    ("Follow-up on the offer", "跟进报价"),
    ("Technical questions", "技术问题沟通"),
    ("Schedule the pilot", "约定试点时间"),
    ("Check-in after commissioning", "调试后回访"),
)
CALL_OUTCOMES = (
    ("Reached, interested", "已接通，有意向"),
    ("Reached, call again", "已接通，需再联系"),
    ("Not reached", "未接通"),
    ("Left a message", "已留言"),
)
MEETINGS = (
    ("Plant visit and demo", "工厂参观与演示"),
    ("Online demo of {interest}", "线上演示：{interest}"),
    ("Offer review", "报价评审"),
    ("Quarterly review", "季度回顾"),
    ("Pilot results", "试点结果汇报"),
)
EMAILS = (
    ("Your enquiry about {interest}", "关于您咨询的{interest}"),
    ("Offer and data sheets", "报价及资料"),
    ("Dates for the demo", "演示时间"),
    ("Minutes of our call", "通话纪要"),
)
TASKS = (
    ("Send the offer", "发送报价"),
    ("Call back about the pilot", "回电沟通试点"),
    ("Prepare the demo", "准备演示"),
    ("Ask for the sample parts", "索要样件"),
    ("Check the delivery date", "确认交期"),
)
NEXT_STEPS = (
    ("Pilot on one line", "单线试点"),
    ("Offer to purchasing", "向采购提交报价"),
    ("Visit with the plant manager", "拜访厂长"),
    ("Wait for the budget", "等待预算批复"),
)

GROUPS = (
    ("Vision users’ circle", "customers"),
    ("视觉用户交流群", "chat"),
    ("Machine vision association", "association"),
    ("Battery production network", "network"),
    ("锂电智造圈", "chat"),
    ("Standards committee for inspection", "committee"),
    ("Packaging line forum", "network"),
    ("东部客户联谊会", "customers"),
)

# Name, kind, place, weeks before today (negative: still to come), people, Chinese.
FAIRS = (
    ("Hall 7 Vision Fair, Nuremberg", "fair", "Nuremberg", 86, 120, False),
    ("上海机器视觉展", "fair", "上海", 78, 110, True),
    ("Factory of Tomorrow, Hanover", "fair", "Hanover", 32, 160, False),
    ("深圳智能制造展", "fair", "深圳", 22, 140, True),
    ("Vision Fair, Nuremberg", "fair", "Nuremberg", 4, 180, False),
    ("Automation Days, Detroit", "fair", "Detroit", 44, 80, False),
    ("Customers’ dinner, Stuttgart", "dinner", "Stuttgart", 30, 24, False),
    ("客户答谢晚宴", "dinner", "苏州", 20, 28, True),
    ("Workshop: lighting in practice", "workshop", "Lyon", 58, 18, False),
    ("打光实战培训", "workshop", "东莞", 40, 20, True),
    ("Workshop: battery inspection", "workshop", "Stuttgart", -3, 16, False),
    ("锂电检测研讨会", "conference", "宁波", -5, 40, True),
)
WEBINARS = (
    ("Inspecting glossy surfaces", "高反光表面检测"),
    ("Reading codes at 12 m/s", "12 米/秒高速读码"),
    ("Deep learning without a data team", "没有数据团队也能用深度学习"),
    ("What inspection pays back", "视觉检测投资回报"),
    ("3D measurement in line", "在线三维测量"),
    ("Retrofit in one weekend", "一个周末完成改造"),
)
