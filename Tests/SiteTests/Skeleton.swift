/// The tags of a document in order, with the names of their attributes: what no text may change.
///
/// Reads as a browser does: a tag ends at `>` outside quotation marks, `script` holds anything up to `</script`, and
/// `title` no elements at all.
struct Skeleton: Equatable {
  struct Tag: Equatable, CustomStringConvertible {
    var name: String
    var attributes: [String]
    var description: String { "<\(name) \(attributes.joined(separator: " "))>" }
  }

  var tags: [Tag] = []
  /// Every attribute with its raw value.
  var values: [(tag: String, name: String, value: String)] = []

  static func == (left: Skeleton, right: Skeleton) -> Bool { left.tags == right.tags }

  init(_ bytes: [UInt8]) {
    var at = 0
    while at < bytes.count {
      guard bytes[at] == UInt8(ascii: "<"), at + 1 < bytes.count, Skeleton.opens(bytes[at + 1]) else {
        at += 1
        continue
      }
      let tag = tag(bytes, &at)
      if tag.name != "bdi", tag.name != "/bdi" { tags.append(tag) }
      if tag.name == "script" || tag.name == "title" { Skeleton.skip(to: "</" + tag.name, bytes, &at) }
    }
  }

  private static func opens(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "/") || byte == UInt8(ascii: "!") || byte == UInt8(ascii: "?") || isLetter(byte)
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
  }

  private mutating func tag(_ bytes: [UInt8], _ at: inout Int) -> Tag {
    func isSpace(_ byte: UInt8) -> Bool { [0x20, 0x09, 0x0A, 0x0C, 0x0D].contains(byte) }
    at += 1
    var name: [UInt8] = []
    while at < bytes.count, !isSpace(bytes[at]), bytes[at] != UInt8(ascii: ">") {
      name.append(bytes[at])
      at += 1
    }
    var tag = Tag(name: String(decoding: name, as: UTF8.self).lowercased(), attributes: [])
    while at < bytes.count, bytes[at] != UInt8(ascii: ">") {
      if isSpace(bytes[at]) || bytes[at] == UInt8(ascii: "/") || bytes[at] == UInt8(ascii: "?") {
        at += 1
        continue
      }
      var attribute: [UInt8] = []
      while at < bytes.count, !isSpace(bytes[at]), bytes[at] != UInt8(ascii: "="),
        bytes[at] != UInt8(ascii: ">")
      {
        attribute.append(bytes[at])
        at += 1
      }
      var value: [UInt8] = []
      if at < bytes.count, bytes[at] == UInt8(ascii: "=") {
        at += 1
        if at < bytes.count, bytes[at] == UInt8(ascii: "\"") || bytes[at] == UInt8(ascii: "'") {
          let quote = bytes[at]
          at += 1
          while at < bytes.count, bytes[at] != quote {
            value.append(bytes[at])
            at += 1
          }
          at += 1
        } else {
          while at < bytes.count, !isSpace(bytes[at]), bytes[at] != UInt8(ascii: ">") {
            value.append(bytes[at])
            at += 1
          }
        }
      }
      let key = String(decoding: attribute, as: UTF8.self).lowercased()
      tag.attributes.append(key)
      values.append((tag.name, key, String(decoding: value, as: UTF8.self)))
    }
    at += 1
    return tag
  }

  private static func skip(to end: String, _ bytes: [UInt8], _ at: inout Int) {
    let end = Array(end.utf8)
    while at < bytes.count {
      if at + end.count <= bytes.count, zip(end, bytes[at...]).allSatisfy({ $0 == ($1 | 0x20) || $0 == $1 }) {
        return
      }
      at += 1
    }
  }
}
