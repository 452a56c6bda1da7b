import Bytes

/// One response as a reader understands it.
struct Answer {
  var status: Int
  var line = ""
  var headers: [(name: String, value: String)] = []
  var body: [UInt8] = []
  var isWhole = true

  /// Every value of a name, joined; nil where there is none.
  subscript(_ name: String) -> String? {
    let found = headers.filter { $0.name == name.lowercased() }.map(\.value)
    return found.isEmpty ? nil : found.joined(separator: ", ")
  }

  var text: String { String(decoding: body, as: UTF8.self) }

  /// Cuts what came into responses. `methods`: what was asked, because an answer to HEAD has no body.
  static func parse(_ bytes: [UInt8], methods: [String] = []) -> [Answer] {
    var answers: [Answer] = []
    var at = 0
    var asked = 0
    while at < bytes.count {
      guard let end = find([13, 10, 13, 10], in: bytes, from: at) else {
        answers.append(Answer(status: -1))
        return answers
      }
      let lines = String(decoding: bytes[at..<end], as: UTF8.self).split(separator: "\r\n").map(String.init)
      let words = lines[0].split(separator: " ", maxSplits: 2)
      guard words.count >= 2, words[0] == "HTTP/1.1" || words[0] == "HTTP/1.0", let status = Int(words[1])
      else {
        answers.append(Answer(status: -1, line: lines[0]))
        return answers
      }
      var answer = Answer(status: status, line: lines[0])
      for line in lines.dropFirst() {
        let colon = line.firstIndex(of: ":") ?? line.endIndex
        let value = colon < line.endIndex ? line[line.index(after: colon)...] : ""
        answer.headers.append((line[..<colon].lowercased(), value.drop { $0 == " " }.description))
      }
      at = end + 4
      let method = asked < methods.count ? methods[asked] : "GET"
      if status >= 200 { asked += 1 }
      if method == "HEAD" || status < 200 || status == 204 || status == 304 {
      } else if answer["transfer-encoding"] == "chunked" {
        at = answer.readChunks(bytes, at)
      } else if let length = answer["content-length"].flatMap({ Int($0) }) {
        answer.body = Array(bytes[at..<min(bytes.count, at + length)])
        answer.isWhole = answer.body.count == length
        at += length
      } else {
        answer.body = Array(bytes[at...])
        at = bytes.count
      }
      answers.append(answer)
    }
    return answers
  }

  private mutating func readChunks(_ bytes: [UInt8], _ start: Int) -> Int {
    var at = start
    while let end = Answer.find([13, 10], in: bytes, from: at) {
      guard let size = Int(String(decoding: bytes[at..<end], as: UTF8.self), radix: 16) else { break }
      at = end + 2
      if size == 0 { return min(bytes.count, at + 2) }
      guard at + size + 2 <= bytes.count else { break }
      body += bytes[at..<(at + size)]
      at += size + 2
    }
    isWhole = false
    return bytes.count
  }

  static func find(_ needle: [UInt8], in bytes: [UInt8], from start: Int) -> Int? {
    guard bytes.count >= needle.count, start <= bytes.count - needle.count else { return nil }
    for index in start...(bytes.count - needle.count) where bytes[index] == needle[0] {
      if bytes[index..<(index + needle.count)].elementsEqual(needle) { return index }
    }
    return nil
  }
}
