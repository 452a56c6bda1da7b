import Bytes
import Support
import Testing

@testable import HTTP

/// RFC 9651, by the working group's own cases.
@Suite struct `Structured fields` {
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let json: JSON
    var testDescription: String { name }
    var type: String { json["header_type"]?.string ?? "" }
    func flag(_ name: String) -> Bool { json[name]?.bool == true }
    func lines(_ name: String) -> [String]? { json[name]?.array?.compactMap(\.string) }
  }

  static func cases(_ kind: String) throws -> [Case] {
    try Places.vectorBytes("http/structured-fields/cases.jsonl").split(separator: 10).compactMap { line in
      let json = try JSON(parsing: Array(line))
      return json["kind"]?.string == kind ? Case(name: json["name"]?.string ?? "", json: json) : nil
    }
  }

  /// A field's value, whatever its kind.
  enum Value: Equatable {
    case item(FieldItem), list([FieldMember]), dictionary(FieldDictionary)

    init(reading bytes: [UInt8], as type: String) throws {
      switch type {
      case "item": self = .item(try StructuredFieldParser.item(bytes))
      case "list": self = .list(try StructuredFieldParser.list(bytes))
      default: self = .dictionary(try StructuredFieldParser.dictionary(bytes))
      }
    }

    /// The value a case expects; nil where a value of ours cannot even hold it.
    init?(expecting json: JSON, as type: String) {
      switch type {
      case "item":
        guard let item = Value.item(json) else { return nil }
        self = .item(item)
      case "list":
        let members = (json.array ?? []).map(Value.member)
        guard members.allSatisfy({ $0 != nil }) else { return nil }
        self = .list(members.compactMap { $0 })
      default:
        var dictionary = FieldDictionary()
        for pair in json.array ?? [] {
          guard let name = pair.array?.first?.string, let member = pair.array?.last.flatMap(Value.member)
          else {
            return nil
          }
          dictionary[name] = member
        }
        self = .dictionary(dictionary)
      }
    }

    var written: String? {
      switch self {
      case .item(let item): StructuredFieldWriter.item(item)
      case .list(let members): StructuredFieldWriter.list(members)
      case .dictionary(let dictionary): StructuredFieldWriter.dictionary(dictionary)
      }
    }

    private static func member(_ json: JSON) -> FieldMember? {
      guard let pair = json.array, pair.count == 2 else { return nil }
      guard let inside = pair[0].array else { return item(json).map { .item($0) } }
      let items = inside.map(item)
      guard items.allSatisfy({ $0 != nil }), let parameters = parameters(pair[1]) else { return nil }
      return .inner(items.compactMap { $0 }, parameters)
    }

    private static func item(_ json: JSON) -> FieldItem? {
      guard let pair = json.array, pair.count == 2, let value = bare(pair[0]),
        let parameters = parameters(pair[1])
      else { return nil }
      return FieldItem(value, parameters)
    }

    private static func parameters(_ json: JSON) -> FieldParameters? {
      var parameters: FieldParameters = [:]
      for pair in json.array ?? [] {
        guard let name = pair.array?.first?.string, let value = pair.array?.last.flatMap(bare) else {
          return nil
        }
        parameters[name] = value
      }
      return parameters
    }

    private static func bare(_ json: JSON) -> BareItem? {
      switch json {
      case .bool(let flag): return .boolean(flag)
      case .string(let text): return .string(text)
      case .number(let text): return number(text)
      default: break
      }
      guard let type = json["__type"]?.string, let value = json["value"] else { return nil }
      switch type {
      case "token": return value.string.map { .token($0) }
      case "date": return value.int.map { .date($0) }
      case "displaystring": return value.string.map { .display($0) }
      case "binary": return value.string.map { .bytes(base32($0)) }
      default: return nil
      }
    }

    /// Thousandths; nil for more than three digits after the point, which our decimals cannot hold.
    private static func number(_ text: String) -> BareItem? {
      let parts = text.split(separator: ".", omittingEmptySubsequences: false)
      guard parts.count == 2 else { return Int(text).map { .integer($0) } }
      guard parts[1].count <= 3, let whole = Int(parts[0].drop { $0 == "-" }),
        let part = Int(parts[1].padding(to: 3))
      else { return nil }
      return .decimal(thousandths: (whole * 1000 + part) * (text.hasPrefix("-") ? -1 : 1))
    }

    private static func base32(_ text: String) -> [UInt8] {
      var bits = 0
      var value = 0
      var bytes: [UInt8] = []
      for digit in text.utf8 where digit != UInt8(ascii: "=") {
        value = value << 5 | Int(digit >= 65 ? digit - 65 : digit - 50 + 26)
        bits += 5
        if bits >= 8 {
          bits -= 8
          bytes.append(UInt8(value >> bits & 255))
        }
      }
      return bytes
    }
  }

  @Test func `are read and written as the cases say`() throws {
    let cases = try Self.cases("parse")
    #expect(cases.count == 1580)
    var read = 0
    for test in cases {
      let raw = (test.lines("raw") ?? []).joined(separator: ", ")
      let value = try? Value(reading: Array(raw.utf8), as: test.type)
      if test.flag("must_fail") {
        #expect(value == nil, "\(test.name): \(raw)")
        continue
      }
      if value == nil, test.flag("can_fail") { continue }
      read += 1
      #expect(
        value == test.json["expected"].flatMap { Value(expecting: $0, as: test.type) }, "\(test.name): \(raw)"
      )
      let canonical = (test.lines("canonical") ?? test.lines("raw") ?? []).joined(separator: ", ")
      #expect(value?.written == canonical, "\(test.name)")
    }
    #expect(read > 600)
  }

  @Test func `refuse to write what is none`() throws {
    for test in try Self.cases("write") {
      guard let value = test.json["expected"].flatMap({ Value(expecting: $0, as: test.type) }) else {
        continue
      }
      if test.flag("must_fail") {
        #expect(value.written == nil, "\(test.name)")
      } else {
        #expect(value.written == test.lines("canonical")?.joined(separator: ", "), "\(test.name)")
      }
    }
  }

  @Test(arguments: [
    ("Want-Repr-Digest: sha-256=0", false, false), ("Want-Repr-Digest: sha-512=3, sha-256=10", true, false),
    ("Want-Content-Digest: sha-256=1", true, true), ("Want-Content-Digest: sha-256=0", true, false),
    ("Want-Repr-Digest: ((", true, false), ("X: y", true, false),
  ])
  func `tell which digests are wanted`(field: String, hasRepr: Bool, hasContent: Bool) throws {
    let site = try TestSite()
    let answer = try site.get("/t/ten.txt", field)
    #expect(answer.text == "0123456789" && (answer["repr-digest"] != nil) == hasRepr)
    #expect((answer["content-digest"] != nil) == hasContent)
    let part = try site.get("/t/ten.txt", field, "Range: bytes=0-0")
    #expect(part.text == "0" && (part["repr-digest"] != nil) == hasRepr)
    #expect(
      part["content-digest"] == (hasContent ? "sha-256=:X+zrZv/IbzjZUnhsbWlsecLbwjndTpG0ZynXOif7V+k=:" : nil))
  }
}

extension Substring {
  fileprivate func padding(to count: Int) -> String {
    self + String(repeating: "0", count: count - self.count)
  }
}
