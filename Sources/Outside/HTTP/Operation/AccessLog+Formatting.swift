import Bytes

extension AccessLog {
  /// Appends one line.
  func format(_ record: Record, into bytes: inout [UInt8]) {
    let address = truncatesAddresses ? record.address.truncatedText : record.address.text
    switch format {
    case .json: json(record, address, &bytes)
    case .common, .combined:
      bytes.append(contentsOf: "\(address) - - [\(AccessLog.commonDate(record.time))] \"".utf8)
      if let head = record.head {
        bytes.append(contentsOf: head.method.rawValue.utf8)
        bytes.append(Octet.space)
        // A path that was read holds visible ASCII only; a quote would end the field.
        AccessLog.quoted(head.bytes[head.path], &bytes)
        bytes.append(contentsOf: " HTTP/1.\(head.minorVersion)".utf8)
      } else {
        bytes.append(0x2D)
      }
      bytes.append(contentsOf: "\" \(record.status) \(record.bytes)".utf8)
      if format == .combined {
        bytes.append(contentsOf: " \"".utf8)
        field("referer", record, &bytes)
        bytes.append(contentsOf: "\" \"".utf8)
        field("user-agent", record, &bytes)
        bytes.append(Octet.quote)
      }
      bytes.append(Octet.lineFeed)
    }
  }

  private func json(_ record: Record, _ address: String, _ bytes: inout [UInt8]) {
    var members: [JSON.Member] = [
      JSON.Member("time", .string(record.time.rfc3339)), JSON.Member("address", .string(address)),
    ]
    if let head = record.head {
      members.append(JSON.Member("method", .string(head.method.rawValue)))
      members.append(JSON.Member("path", .string(String(decoding: head.bytes[head.path], as: UTF8.self))))
    }
    members.append(JSON.Member("status", JSON(record.status)))
    members.append(JSON.Member("bytes", JSON(record.bytes)))
    members.append(JSON.Member("microseconds", JSON(record.microseconds)))
    if let identity = record.identity {
      members.append(JSON.Member("request", .string(identity.description)))
    }
    if let certificate = record.certificate {
      members.append(JSON.Member("certificate", .string(certificate)))
    }
    bytes.append(contentsOf: JSON.object(members).serialized())
    bytes.append(Octet.lineFeed)
  }

  private func field(_ name: StaticString, _ record: Record, _ bytes: inout [UInt8]) {
    guard let head = record.head, let range = RequestHeaders(head: head).range(name) else {
      bytes.append(0x2D)
      return
    }
    // What comes after a question mark may be a secret of the page the caller came from.
    let value = head.bytes[range].prefix(256).prefix { $0 != Octet.question }
    AccessLog.quoted(value, &bytes)
  }

  /// Text between quotes: what could end the field or the line is written `\xNN`.
  private static func quoted(_ text: ArraySlice<UInt8>, _ bytes: inout [UInt8]) {
    for byte in text {
      if byte >= 0x20, byte < 0x7F, byte != Octet.quote, byte != Octet.backslash {
        bytes.append(byte)
      } else {
        bytes.append(contentsOf: "\\x\(byte < 16 ? "0" : "")\(String(byte, radix: 16))".utf8)
      }
    }
  }

  /// `21/Nov/2026:13:00:00 +0000`.
  private static func commonDate(_ time: Timestamp) -> String {
    let words = time.httpDate.split(separator: " ")
    guard words.count == 6 else { return time.rfc3339 }
    return "\(words[1])/\(words[2])/\(words[3]):\(words[4]) +0000"
  }
}
