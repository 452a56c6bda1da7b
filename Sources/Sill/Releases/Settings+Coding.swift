package import Bytes

extension Settings {
  static let format = "doorsill-settings/1"

  /// The stored form.
  package var json: JSON {
    var json: JSON = [
      "format": JSON(Settings.format), "title": title.json, "languages": JSON(languages),
      "baseURL": JSON(baseURL),
      "manager": manager.json, "policyHash": JSON(policyHash),
      "people": .array(
        people.map {
          [
            "id": JSON($0.id), "name": $0.name.json, "organization": JSON($0.organization),
            "roles": JSON($0.roles),
            "key": JSON($0.key),
          ]
        }),
      "purposes": .array(purposes.map { ["id": JSON($0.id), "title": $0.title.json] }),
      "quotas": ["callsPerDay": JSON(quotas.callsPerDay), "callsPerMinute": JSON(quotas.callsPerMinute)],
      "lifetimes": [
        "certificateDays": JSON(lifetimes.certificateDays), "keyDays": JSON(lifetimes.keyDays),
        "grantDays": JSON(lifetimes.grantDays),
      ],
      "results": .array(results.map(\.json)),
    ]
    if let logHost { json["logHost"] = JSON(logHost) }
    if let registrations { json["registrations"] = .array(registrations.map(\.json)) }
    if let answers {
      json["answers"] = [
        "size": JSON(answers.size), "root": JSON(Hex.encode(answers.root)), "log": JSON(answers.log),
      ]
    }
    return json
  }

  /// Reads what `json` writes.
  package init(json: JSON) throws(ReleaseError) {
    guard json["format"]?.string == Settings.format else {
      throw ReleaseError(
        .malformed, part: Layout.settings, detail: "settings.json is not in \(Settings.format) form")
    }
    let quotas = try SettingsReader(json, "quotas")
    let lifetimes = try SettingsReader(json, "lifetimes")
    let whole = SettingsReader(whole: json)
    var people: [Person] = []
    for person in try whole.list("people") {
      people.append(
        Person(
          id: try person.string("id"), name: try person.text("name"),
          organization: try person.string("organization"),
          roles: try person.strings("roles"), key: person.json["key"]?.string))
    }
    var purposes: [Purpose] = []
    for purpose in try whole.list("purposes") {
      purposes.append(Purpose(id: try purpose.string("id"), title: try purpose.text("title")))
    }
    var results: [ResultSetting] = []
    for result in try whole.list("results") { results.append(try ResultSetting(result)) }
    self.init(
      title: try whole.text("title"), languages: try whole.strings("languages"),
      baseURL: try whole.string("baseURL"),
      manager: try whole.text("manager"), people: people, purposes: purposes,
      quotas: Quotas(
        callsPerDay: try quotas.int("callsPerDay"), callsPerMinute: try quotas.int("callsPerMinute")),
      lifetimes: Lifetimes(
        certificateDays: try lifetimes.int("certificateDays"), keyDays: try lifetimes.int("keyDays"),
        grantDays: try lifetimes.int("grantDays")),
      results: results, policyHash: try whole.string("policyHash"))
    logHost = json["logHost"]?.string
    if json["registrations"] != nil {
      registrations = try whole.list("registrations").map { (item) throws(ReleaseError) in
        try Registration(item)
      }
    }
    if json["answers"] != nil {
      let head = try SettingsReader(json, "answers")
      guard let root = Hex.decode(try head.string("root")), root.count == 32 else {
        throw head.missing("root")
      }
      answers = Head(size: try head.int("size"), root: root, log: try head.string("log"))
    }
  }
}

extension Settings.Registration {
  var json: JSON {
    [
      "person": JSON(person), "organization": JSON(organization), "roles": JSON(roles), "key": JSON(key),
      "since": JSON(since.rfc3339), "until": JSON(until?.rfc3339),
    ]
  }

  init(_ reader: SettingsReader) throws(ReleaseError) {
    guard let since = Timestamp(rfc3339: try reader.string("since")) else { throw reader.missing("since") }
    var until: Timestamp?
    if let text = reader.json["until"]?.string {
      guard let time = Timestamp(rfc3339: text) else { throw reader.missing("until") }
      until = time
    }
    self.init(
      person: try reader.string("person"), organization: try reader.string("organization"),
      roles: try reader.strings("roles"), key: try reader.string("key"), since: since, until: until)
  }
}

extension ResultSetting {
  var json: JSON {
    var json: JSON = [
      "dataset": JSON(dataset), "result": JSON(result), "kind": JSON(kind.rawValue), "level": JSON(level),
      "needsSecondPerson": JSON(needsSecondPerson), "provider": provider.json,
      "providerPerson": JSON(providerPerson), "title": title.json, "profile": JSON(profile),
    ]
    if let guessing {
      json["guessing"] = [
        "failuresBeforeLock": JSON(guessing.failuresBeforeLock),
        "failuresBeforeAlarm": JSON(guessing.failuresBeforeAlarm),
        "consentMinutes": JSON(guessing.consentMinutes),
      ]
    }
    return json
  }

  init(_ reader: SettingsReader) throws(ReleaseError) {
    guard let kind = Kind(rawValue: try reader.string("kind")),
      let needsSecondPerson = reader.json["needsSecondPerson"]?.bool
    else { throw reader.missing("kind") }
    self.init(
      dataset: try reader.string("dataset"), result: try reader.string("result"), kind: kind,
      level: try reader.string("level"), needsSecondPerson: needsSecondPerson,
      provider: try reader.text("provider"),
      providerPerson: try reader.string("providerPerson"), title: try reader.text("title"),
      profile: try reader.string("profile"))
    guard reader.json["guessing"] != nil else { return }
    let limits = try SettingsReader(reader.json, "guessing")
    guessing = Guessing(
      failuresBeforeLock: try limits.int("failuresBeforeLock"),
      failuresBeforeAlarm: try limits.int("failuresBeforeAlarm"),
      consentMinutes: try limits.int("consentMinutes"))
  }
}

/// Reads members that must be there, and says which one was not.
struct SettingsReader {
  let json: JSON
  let path: String

  init(whole json: JSON) {
    self.json = json
    path = ""
  }

  init(_ parent: JSON, _ key: String) throws(ReleaseError) {
    guard let json = parent[key] else { throw SettingsReader(whole: parent).missing(key) }
    self.json = json
    path = key + "."
  }

  private init(json: JSON, path: String) {
    self.json = json
    self.path = path
  }

  func missing(_ key: String) -> ReleaseError {
    ReleaseError(
      .malformed, part: Layout.settings, detail: "settings.json: \(path)\(key) is missing or of another type")
  }

  func string(_ key: String) throws(ReleaseError) -> String {
    guard let value = json[key]?.string else { throw missing(key) }
    return value
  }

  func int(_ key: String) throws(ReleaseError) -> Int {
    guard let value = json[key]?.int else { throw missing(key) }
    return value
  }

  func text(_ key: String) throws(ReleaseError) -> Text {
    guard let value = json[key].flatMap({ Text(json: $0) }) else { throw missing(key) }
    return value
  }

  func strings(_ key: String) throws(ReleaseError) -> [String] {
    guard let list = json[key]?.array else { throw missing(key) }
    let strings = list.compactMap(\.string)
    guard strings.count == list.count else { throw missing(key) }
    return strings
  }

  func list(_ key: String) throws(ReleaseError) -> [SettingsReader] {
    guard let list = json[key]?.array else { throw missing(key) }
    return list.enumerated().map { SettingsReader(json: $1, path: "\(path)\(key)[\($0)].") }
  }
}
