/// The built-in detectors.
package enum DetectorKind: String, CaseIterable, Sendable, Hashable {
  /// Resident ID, GB 11643-1999: 18 characters with check digit, or 15 digits of the old form.
  case residentID
  /// Unified social credit code, GB 32100-2015.
  case creditCode
  /// Organisation code, GB 11714-1997.
  case organizationCode
  case mobile
  case landline
  case email
  /// Bank card, ISO/IEC 7812: issuer range and Luhn digit.
  case bankCard
  /// Passport, and permits to and from Hong Kong, Macao and Taiwan.
  case passport
  /// Licence plate, GA 36-2018.
  case plate
  /// Postal address down to a unit or room.
  case address
  case personalName
  case ipAddress
  /// Latitude and longitude at house precision (four decimals or more).
  case coordinates
  case birthDate
  /// Medical and biometric terms.
  case medical
  /// An identifier whose middle is starred out: fewer digits, still one person.
  case maskedIdentifier
  /// 绝密★, 机密★, 秘密★ and their English kin: such a source is refused.
  case secrecyMarking
  /// Words of a dictionary of the portal's own.
  case dictionary
}

/// One rule of detectors.json5: a detector, when it fires, and what that means.
package struct DetectorRule: Sendable, Hashable {
  /// Its name in evidence; unique in the policy.
  package let id: String
  package let kind: DetectorKind
  /// The level of a field in which it fires.
  package let level: String
  /// The least share of non-missing cells that must match, 0…1.
  package let threshold: Double
  /// The least number of cells that must match.
  package let minimumMatches: Int
  /// Whether what it finds is personal information.
  package let personal: Bool
  /// Whether the source is refused when it fires.
  package let refuses: Bool
  /// Language → words for people.
  package let title: [String: String]
  /// Names of dictionaries in the policy whose terms it looks for; only for kinds `dictionary` and `medical`.
  package let dictionaries: [String]

  /// Each part as its property says.
  package init(
    id: String, kind: DetectorKind, level: String, threshold: Double, minimumMatches: Int, personal: Bool,
    refuses: Bool = false, title: [String: String] = [:], dictionaries: [String] = []
  ) {
    self.id = id
    self.kind = kind
    self.level = level
    self.threshold = threshold
    self.minimumMatches = minimumMatches
    self.personal = personal
    self.refuses = refuses
    self.title = title
    self.dictionaries = dictionaries
  }
}
