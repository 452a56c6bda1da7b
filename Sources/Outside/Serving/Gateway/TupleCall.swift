import Bytes
import HTTP
import Releases
import Trust

/// What a caller asks of a `verify` or `score`: one tuple, or a batch of them, in its normal form.
struct TupleCall: Sendable {
  /// Most tuples in one batch.
  static let most = 100
  /// Longest body, in bytes; longest value of a field.
  static let bodyLimit = 256 * 1024
  static let valueLimit = 1000

  struct Tuple: Sendable {
    let subject: [String]
    let claims: [String]
    /// A compact JWS.
    let consent: String?
  }

  let tuples: [Tuple]
  let isBatch: Bool
  let dryRun: Bool

  /// A body that cannot be read, with what to write instead. All of it follows from what is published.
  struct Fault: Error {
    var status = 400
    let detail: String
    let hint: String?
    /// Where in the body, as JSON Pointer (RFC 6901).
    let pointer: String

    var problem: Problem {
      var extensions: [JSON.Member] = []
      if let hint { extensions.append(JSON.Member("hint", .string(hint))) }
      if !pointer.isEmpty { extensions.append(JSON.Member("pointer", .string(pointer))) }
      return Problem(status: status, code: "body", detail: detail, extensions: extensions)
    }
  }

  init(_ request: Request, of tags: StoredTags) throws(Fault) {
    func fault(_ detail: String, _ hint: String?, at pointer: String = "", status: Int = 400) -> Fault {
      Fault(status: status, detail: detail, hint: hint, pointer: pointer)
    }
    guard let items = request.queryItems(), items.count <= 1,
      items.allSatisfy({ $0.name == "dry_run" && ["true", "false"].contains($0.value) })
    else {
      throw fault("The only query parameter here is dry_run.", "?dry_run=true")
    }
    dryRun = items.first?.value == "true"
    let type = request.headers["Content-Type"]?.split(separator: ";").first.map(String.init) ?? ""
    guard type.lowercased().filter({ $0 != " " }) == "application/json" else {
      throw fault("The body is not sent as JSON.", "Content-Type: application/json", status: 415)
    }
    guard request.body.count <= Self.bodyLimit else {
      throw fault("The body is longer than \(Self.bodyLimit) bytes.", nil, status: 413)
    }
    let shape = Self.example(tags)
    let json: JSON
    do { json = try JSON(parsing: request.body) } catch {
      throw fault("The body is no JSON: \(error.message).", shape)
    }
    guard let members = json.members else { throw fault("The body is no JSON object.", shape) }
    if let batch = json["batch"] {
      guard members.count == 1 else {
        throw fault("Beside batch nothing else can stand: each tuple has its own fields and consent.", shape)
      }
      guard let elements = batch.array, (1...Self.most).contains(elements.count) else {
        throw fault("A batch is a list of 1 to \(Self.most) tuples.", shape, at: "/batch")
      }
      var read: [Tuple] = []
      for (place, element) in elements.enumerated() {
        read.append(try Self.tuple(element, tags, at: "/batch/\(place)"))
      }
      tuples = read
      isBatch = true
    } else {
      tuples = [try Self.tuple(json, tags, at: "")]
      isBatch = false
    }
  }

  private static func tuple(_ json: JSON, _ tags: StoredTags, at place: String) throws(Fault) -> Tuple {
    let shape = example(tags)
    guard let members = json.members else {
      throw Fault(detail: "A tuple is a JSON object.", hint: shape, pointer: place)
    }
    for member in members where member.key != "fields" && member.key != "consent" {
      throw Fault(
        detail: "There is no “\(member.key.prefix(60))” here.", hint: shape,
        pointer: place + "/" + escaped(member.key))
    }
    let consent = json["consent"]
    guard consent == nil || consent?.isNull == true || consent?.string != nil else {
      throw Fault(detail: "A consent token is a text.", hint: nil, pointer: place + "/consent")
    }
    guard let stated = json["fields"]?.members else {
      throw Fault(detail: "The fields to be compared are missing.", hint: shape, pointer: place + "/fields")
    }
    let names = tags.fields.map(\.name)
    for member in stated where !names.contains(where: { sameBytes($0, member.key) }) {
      let near = nearest(member.key, in: names).map { "Did you mean “\($0)”? " } ?? ""
      throw Fault(
        detail: "There is no field “\(member.key.prefix(60))”.",
        hint: near + "Fields: \(names.joined(separator: ", ")).",
        pointer: place + "/fields/" + escaped(member.key))
    }
    var values: [String] = []
    for field in tags.fields {
      let pointer = place + "/fields/" + escaped(field.name)
      guard let value = json["fields"]?[field.name], let text = text(value), text.utf8.count <= valueLimit
      else {
        throw Fault(
          detail:
            "The field “\(field.name)” is missing, no single value, or too long: every declared field is stated.",
          hint: shape, pointer: pointer)
      }
      guard let canonical = field.form.canonical(text) else {
        throw Fault(
          detail: "The field “\(field.name)” is not of its form.", hint: hint(field.form), pointer: pointer)
      }
      values.append(canonical)
    }
    let count = tags.subject.count
    return Tuple(subject: Array(values[..<count]), claims: Array(values[count...]), consent: consent?.string)
  }

  private static func text(_ json: JSON) -> String? {
    json.string ?? json.numberText ?? json.bool.map { $0 ? "true" : "false" }
  }

  static func hint(_ form: TupleForm) -> String {
    switch form {
    case .text: "a text that is not empty"
    case .date: "a day, such as 2015-03-02"
    case .number: "a number, such as 12.5"
    case .boolean: "true or false"
    }
  }

  /// A body of the right shape.
  static func example(_ tags: StoredTags) -> String {
    let fields = tags.fields.map { "\"\($0.name)\": \"…\"" }.joined(separator: ", ")
    return "{\"fields\": {\(fields)}\(tags.needsConsent ? ", \"consent\": \"eyJ…\"" : "")}"
  }

  /// A key as a step of a JSON Pointer (RFC 6901 §3).
  private static func escaped(_ key: String) -> String {
    key.prefix(60).split(separator: "~", omittingEmptySubsequences: false).joined(separator: "~0")
      .split(separator: "/", omittingEmptySubsequences: false).joined(separator: "~1")
  }
}
