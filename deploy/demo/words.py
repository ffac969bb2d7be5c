"""What people and places of the demonstration street are called."""

STREET = "蒲公英街道"
WORKING_COMMITTEE = "中共蒲公英街道工作委员会"
# Chongqing, Yubei: the first six digits of the ID numbers of those born here, and of some who moved in.
REGION = "500112"
OTHER_REGIONS = ("500103", "500105", "500231", "510107", "511322", "520302", "420106", "430102")

COMMUNITIES = ("东湖", "西苑", "南桥", "北辰", "春晖", "秋实", "和平", "文昌")
ESTATES = ("锦绣", "翠竹", "阳光", "丽景", "金桂", "玉兰", "紫荆", "银杏", "康乐", "安居", "祥和", "福源")
ESTATE_KINDS = ("花园", "家园", "苑", "新村", "公寓", "雅居", "小区", "名都")
OTHER_BRANCHES = ("退休干部", "个体工商户联合", "流动党员")
NUMERALS = "一二三四五"

# With their share of people in a thousand, roughly as in the census.
SURNAMES = (
    "王72 李70 张64 刘50 陈47 杨34 黄27 吴24 赵23 周23 徐17 孙16 马15 朱14 胡14 林13 郭12 何12 高11 罗11 郑10 梁10 谢9 "
    "宋8 唐8 许8 邓7 冯7 韩7 曹7 曾6 彭6 萧5 蔡5 潘5 田5 董5 袁5 于5 余5 叶5 蒋5 杜5 苏5 魏5 程4 吕4 丁4 沈4 任4 姚4 卢4 "
    "傅4 钟4 姜4 崔4 谭4 廖4 范3 汪3 陆3 金3 石3 戴3 贾3 韦3 夏3 邱3 方3 侯3 邹3 熊3 孟3 秦3 白3 江3 阎3 薛3 尹3 段3 雷3 "
    "黎2 史2 龙2 陶2 贺2 顾2 毛2 郝2 龚2 邵2 万2 钱2 严2 覃2 武2 欧阳1 司马1 上官1 诸葛1 尉迟1 𬱖1 㛃1 璩1 爨1 昝1 逄1"
)
GIVEN_MEN = (
    "建国 国强 志明 德华 永康 光荣 文斌 家福 长江 卫东 建军 爱民 援朝 跃进 红军 学农 伟 强 军 勇 涛 斌 辉 磊 鹏 超 俊 杰 浩 "
    "宇轩 子豪 梓涵 浩然 明远 思远 天佑 志强 国庆 建华 正华 万里 大勇 忠诚 树林 福生 德胜 金龙 瑞 玮 彬 晨 旭 昊天 一鸣"
)
GIVEN_WOMEN = (
    "秀英 桂兰 淑珍 玉兰 凤英 素芬 春梅 丽华 秀珍 桂英 红梅 建华 爱华 国英 小红 卫红 芳 娟 敏 静 丽 燕 霞 萍 红 玲 婷 雪 倩 "
    "雨婷 欣怡 梓萱 思琪 诗涵 佳怡 梦洁 晓燕 海燕 美玲 慧敏 文静 雅琴 巧云 翠莲 月娥 菊香 琳 颖 蕾 瑶 悦 嘉怡 若曦 晓雯"
)
# Characters that many systems lose: from extensions of CJK, and rare ones of the basic block.
GIVEN_RARE = ("𬱖", "㛃", "𣲗", "𬭎", "䶮", "玥㛃", "文𬱖", "志𬭎", "喆", "堃", "燚", "淼淼", "赟", "翀")

# GB/T 3304, in a thousand; the names of most people follow Han custom.
ETHNIC_GROUPS = (("汉族", 912), ("土家族", 42), ("苗族", 22), ("回族", 8), ("满族", 5), ("侗族", 3), ("壮族", 3),
                 ("彝族", 2), ("蒙古族", 2), ("藏族", 1))

RELATIVES = ("女儿", "儿子", "老伴", "邻居", "侄子")
