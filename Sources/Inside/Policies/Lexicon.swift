/// Built-in word lists. A portal adds to them in detectors.json5 (`dictionaries`).
enum Lexicon {
  /// Common surnames, by frequency of the 2020 household register and after it the 百家姓.
  static let surnames = """
    王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊\
    白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向常汤康易乔赖文庞樊兰殷施洪翟安颜倪牛温芦季俞章鲁葛伍申尤毕聂柴焦向柳邢岳齐梅\
    庄辛管祝左涂谷祁时舒耿牟卜路詹关苗凌费纪靳盛童欧甄项曲成游阳裴席卫查屈鲍位覃霍翁隋植甘景薄单包司柏宁柯阮桂闵解强柴华车冉房边辜吉饶刁瞿戚丘\
    古米池滕晋苑邬臧畅宫来嵺苟全褚娄窦岑党宗应郁佘宿商巩匡敖慕隆虞冷阎尚农寇晏仇栾冼习粟揭茅简虎原卞战迟巫戈占胥麻巴楼印宾官初荆蓝糜鄢鞠乐鹿
    """
  static let doubleSurnames = [
    "欧阳", "司马", "上官", "诸葛", "夏侯", "皇甫", "尉迟", "公孙", "慕容", "令狐", "司徒", "端木", "东方", "南宫", "独孤", "长孙", "宇文",
    "闻人", "轩辕",
  ]
  /// Characters that people give as names.
  static let givenNames = """
    伟强磊军洋勇杰涛明超刚平辉鹏华飞鑫波斌宇浩凯健俊帆帅旭宁龙林松诚恒毅轩泽宸睿博文昊然子涵建国志远嘉树一鸣承安邦立群思源芳娜敏静丽艳娟霞燕玲\
    桂英秀兰梅琳雪倩婷颖慧莉洁萍红玉珍云莲欣怡雨桐梓诗琪若曦晓月佳妮可心语嫣淑贞凤仪春花海棠峰亮东民永康生德福才贵荣祥胜利光天庆元忠义良家学\
    兴有维清振广新世昌本少金宝成长顺富进少启绍传宗耀光祖根发财旺水木火土山川江河湖冰雷电雯菲蓉蕾薇芬香巧美娇媚婉娴舒瑶璇珊瑜琼瑾瑞璐珂珠琴瑛\
    瑗彤彬炜烨煜炎焱炳灿熙阳晨晖晗晴晶昕旻昱昭晔景智哲贤達达道仁礼信孝悌和谦恭勤俭正直坚定超凡俊逸豪迈雄武威震翔宏伯仲叔季孟亚小大中国卫爱\
    乐喜悦欢笑春夏秋冬梦竹菊兰荷萱芸茜莎莹丹青紫蓝白素银锦绣彩虹星辰宝贝珍惜缘圆满双全余庆延年寿松柏楠槐桦杨柳桃李楚越吴韩秦晋齐鲁燕川渝湘赣\
    粤琦琛珏瑄璟翰墨书画棋琴诗词歌赋聪颖灵秀毓敬宪法律政策纲常伦朝廷佐佑辅弼权衡均钧铭铮锋锐钢铁铜钰银鑫森淼焱垚皓皎皑丞佩佟侠倍偉先兆克兵冠冬\
    凌凡凤列初则刘前剑力功加劲勋化北千升卓南占卿原友发双古史叶吉同君启吟周咏品哈唯啸善喻嘉团城培基堂增士声壮复多夫奇奎奕好如妍妤妹姗姝姣娅娥婧婵媛
    """
  /// Last characters of places, organisations and things, which make a short word no name.
  static let placeEnds = "市区县省州盟旗镇乡村路街河湖港站局部厅院校园所会社店行厂岛屿府城关门口桥庄屯堡营寨岭沟坡湾塘滩洲集场节日类费率量值"
  /// First characters of plates, GA 36-2018.
  static let plates = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使"
  /// Characters that end a home in an address.
  static let homeUnits = "室户房元"
  /// Characters of streets and numbers in an address.
  static let streetSigns = "号路街道巷弄村苑胡"

  static let medicalChinese = [
    "艾滋病", "梅毒", "淋病", "乙肝", "丙肝", "肝炎", "结核", "糖尿病", "高血压", "冠心病", "心肌梗死", "脑梗死", "脑卒中", "恶性肿瘤", "癌", "白血病",
    "淋巴瘤",
    "尿毒症", "精神分裂", "抑郁症", "双相障碍", "焦虑症", "自闭症", "癫痫", "阿尔茨海默", "帕金森", "红斑狼疮", "类风湿", "流产", "不孕", "妊娠", "确诊",
    "诊断为", "病历",
    "处方", "住院号", "过敏史", "手术史", "基因检测", "染色体", "血型", "指纹", "虹膜", "人脸特征", "人脸识别", "透析", "化疗", "放疗", "声纹", "掌纹",
    "步态识别", "残疾证", "吸毒", "戒毒",
  ]
  static let medicalEnglish = [
    "hiv", "aids", "syphilis", "gonorrhea", "gonorrhoea", "hepatitis", "tuberculosis", "diabetes", "diabetic",
    "hypertension", "carcinoma", "leukemia", "leukaemia", "lymphoma", "melanoma", "schizophrenia",
    "bipolar disorder",
    "major depression", "autism", "epilepsy", "alzheimer", "parkinson", "abortion", "miscarriage",
    "infertility",
    "diagnosed with", "prescription", "blood type", "fingerprint", "retina scan", "iris scan", "voiceprint",
    "faceprint",
    "genotype", "chemotherapy", "dialysis", "methadone",
  ]
}
