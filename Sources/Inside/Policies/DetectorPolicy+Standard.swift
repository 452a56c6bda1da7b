extension DetectorPolicy {
  /// The detectors of the default detectors.json5, over the levels L1 to L4, with rules of their own for tests.
  package static let standard = DetectorPolicy(
    detectors: [
      DetectorRule(
        id: "secrecyMarking", kind: .secrecyMarking, level: "L4", threshold: 0, minimumMatches: 1,
        personal: false,
        refuses: true, title: ["zh": "国家秘密标志", "en": "secrecy markings"]),
      DetectorRule(
        id: "residentID", kind: .residentID, level: "L3", threshold: 0, minimumMatches: 1, personal: true,
        title: ["zh": "居民身份证号", "en": "resident IDs"]),
      DetectorRule(
        id: "mobile", kind: .mobile, level: "L3", threshold: 0.001, minimumMatches: 2, personal: true,
        title: ["zh": "手机号", "en": "mobile numbers"]),
      DetectorRule(
        id: "bankCard", kind: .bankCard, level: "L3", threshold: 0, minimumMatches: 1, personal: true,
        title: ["zh": "银行卡号", "en": "bank cards"]),
      DetectorRule(
        id: "passport", kind: .passport, level: "L3", threshold: 0.01, minimumMatches: 2, personal: true,
        title: ["zh": "护照或通行证号", "en": "passport or permit numbers"]),
      DetectorRule(
        id: "email", kind: .email, level: "L2", threshold: 0.001, minimumMatches: 2, personal: true,
        title: ["zh": "电子邮箱", "en": "mail addresses"]),
      DetectorRule(
        id: "plate", kind: .plate, level: "L3", threshold: 0.001, minimumMatches: 2, personal: true,
        title: ["zh": "机动车号牌", "en": "licence plates"]),
      DetectorRule(
        id: "address", kind: .address, level: "L3", threshold: 0.01, minimumMatches: 2, personal: true,
        title: ["zh": "住址（到户室）", "en": "home addresses (to the unit or room)"]),
      DetectorRule(
        id: "personalName", kind: .personalName, level: "L3", threshold: 0.2, minimumMatches: 3,
        personal: true,
        title: ["zh": "姓名", "en": "personal names"]),
      DetectorRule(
        id: "ipAddress", kind: .ipAddress, level: "L2", threshold: 0.01, minimumMatches: 2, personal: true,
        title: ["zh": "IP 地址", "en": "network addresses"]),
      DetectorRule(
        id: "birthDate", kind: .birthDate, level: "L3", threshold: 0.1, minimumMatches: 3, personal: true,
        title: ["zh": "出生日期", "en": "dates of birth"]),
      DetectorRule(
        id: "maskedIdentifier", kind: .maskedIdentifier, level: "L2", threshold: 0.001, minimumMatches: 2,
        personal: true, title: ["zh": "部分遮盖的标识号", "en": "partly masked identifiers"]),
      DetectorRule(
        id: "creditCode", kind: .creditCode, level: "L1", threshold: 0, minimumMatches: 1, personal: false,
        title: ["zh": "统一社会信用代码", "en": "unified social credit codes"]),
      DetectorRule(
        id: "organizationCode", kind: .organizationCode, level: "L1", threshold: 0.1, minimumMatches: 3,
        personal: false, title: ["zh": "组织机构代码", "en": "organisation codes"]),
      DetectorRule(
        id: "landline", kind: .landline, level: "L1", threshold: 0.001, minimumMatches: 2, personal: false,
        title: ["zh": "固定电话", "en": "landline numbers"]),
      DetectorRule(
        id: "coordinates", kind: .coordinates, level: "L1", threshold: 0.1, minimumMatches: 3,
        personal: false,
        title: ["zh": "精确坐标", "en": "coordinates at house precision"]),
      DetectorRule(
        id: "medical", kind: .medical, level: "L1", threshold: 0.001, minimumMatches: 2, personal: false,
        title: ["zh": "医疗或生物特征词语", "en": "medical or biometric terms"], dictionaries: ["medical"]),
    ],
    dictionaries: [
      "medical": ["确诊", "病理", "化疗", "透析", "精神分裂症", "艾滋病", "乙肝", "HIV", "chemotherapy"]
    ],
    volume: [
      VolumeRule(
        id: "many-persons", records: 100_000, level: "L3",
        title: ["zh": "涉及十万人以上", "en": "100,000 persons or more"])
    ],
    combinations: [
      CombinationRule(
        id: "health-of-persons", all: [.detector("medical")],
        any: ["residentID", "mobile", "personalName", "passport", "email"].map { .detector($0) },
        level: "L3",
        personal: true,
        title: ["zh": "可识别个人的健康或生物特征信息", "en": "Health or biometric data of persons who can be identified"]),
      CombinationRule(
        id: "homes-of-persons", all: [.detector("personalName")],
        any: ["address", "coordinates", "birthDate", "plate"].map { .detector($0) }, level: "L3",
        personal: true,
        title: ["zh": "姓名与住址、位置、出生日期或车牌并列", "en": "Names beside homes, positions, dates of birth or plates"]),
      CombinationRule(
        id: "sensitive-of-identified", all: [.role("identifier"), .role("sensitive")], level: "L3",
        personal: true,
        title: ["zh": "标识符与敏感信息项并列", "en": "An identifier beside a sensitive field"]),
    ],
    risk: [
      RiskRule(
        id: "singled-out", minimumK: 5, maximumShareBelowK: 0.05, level: "L3",
        title: ["zh": "准标识符可指向个人", "en": "Quasi-identifiers single people out"])
    ])
}
