/// What a column's name and titles say about its cells.
struct FieldHints: Hashable {
  private(set) var personalName = false
  private(set) var birth = false
  private(set) var coordinate = false
  private(set) var secrecy = false
  private(set) var passport = false
  private(set) var organizationCode = false
  private(set) var identity = false

  /// Whether any hint asks for a look at cells that would otherwise be passed over.
  var any: Bool { personalName || birth || coordinate || secrecy || organizationCode }

  init(field: String, titles: [String]) {
    for text in [field] + titles {
      let words = Self.words(text)
      let pairs = Set(zip(words, words.dropFirst()).map { $0 + $1 })
      let all = Set(words)
      func has(_ ascii: Set<String>, _ han: [String]) -> Bool {
        !all.isDisjoint(with: ascii) || !pairs.isDisjoint(with: ascii)
          || han.contains { Self.contains(text, $0) }
      }
      personalName =
        personalName
        || has(
          [
            "firstname", "lastname", "fullname", "surname", "forename", "givenname", "familyname",
            "personname",
            "contactname", "legalrep", "legalrepresentative", "patientname", "ownername",
          ], ["姓名", "法人代表", "法定代表人", "联系人", "负责人", "户主", "经办人", "申请人", "当事人"])
      birth = birth || has(["birth", "birthday", "birthdate", "dob", "born"], ["出生", "生日"])
      coordinate =
        coordinate
        || has(
          [
            "lat", "latitude", "lon", "lng", "long", "longitude", "coordinates", "coordinate", "gps",
            "latlon", "latlng",
          ],
          ["经度", "纬度", "坐标", "经纬"])
      secrecy = secrecy || has(["marking", "secrecy", "protectivemarking"], ["密级", "定密", "保密等级"])
      identity =
        identity
        || has(
          ["idcard", "idnumber", "idno", "identitynumber", "residentid", "certno", "sfz", "sfzh"],
          ["证件号", "身份证", "身份号", "证号"])
      passport = passport || has(["passport", "permit"], ["护照", "通行证"])
      organizationCode =
        organizationCode || has(["orgcode", "organizationcode", "organisationcode"], ["组织机构代码", "机构代码"])
    }
  }

  /// Lowercase ASCII words of a name: `legalRep_ID` gives legal, rep, id.
  static func words(_ text: String) -> [String] {
    var words: [String] = []
    var word: [UInt8] = []
    var previousLower = false
    func close() {
      if !word.isEmpty { words.append(String(decoding: word, as: UTF8.self)) }
      word = []
    }
    for byte in text.utf8 {
      guard Byte.isLetter(byte) else {
        close()
        previousLower = false
        continue
      }
      if Byte.isUpper(byte), previousLower { close() }
      previousLower = !Byte.isUpper(byte)
      word.append(Byte.lower(byte))
    }
    close()
    return words
  }

  /// Byte-wise containment, since Unicode equality is slower and not wanted here.
  static func contains(_ text: String, _ part: String) -> Bool {
    let haystack = Array(text.utf8)
    let needle = Array(part.utf8)
    guard !needle.isEmpty, haystack.count >= needle.count else { return false }
    return (0...(haystack.count - needle.count)).contains {
      haystack[$0..<($0 + needle.count)].elementsEqual(needle)
    }
  }
}
