import Bytes

/// The `checks` of a corpus case: what fields and bodies must hold.
enum CorpusChecks {
  static func faults(_ corpusCase: CorpusCase, _ answers: [Answer]) -> [String] {
    var faults = check(corpusCase.checks, answers)
    if let first = answers.first(where: { $0.status >= 200 }),
      let more = corpusCase.checksIf[String(first.status)]
    {
      faults += check(more, answers)
    }
    return faults
  }

  private static func check(_ checks: JSON, _ answers: [Answer]) -> [String] {
    guard let members = checks.members else { return [] }
    guard let first = answers.first(where: { $0.status >= 200 }) else {
      let needsOne = members.contains { ["body_b64", "hdr", "body_len"].contains($0.key) }
      return needsOne ? ["no final answer"] : []
    }
    return members.flatMap { check($0.key, $0.value, first, answers) }
  }

  private static func matches(_ pattern: String, _ text: String, ignoringCase: Bool = true) -> Bool {
    guard let regex = try? Regex(pattern) else { return false }
    return text.contains(ignoringCase ? regex.ignoresCase() : regex)
  }

  private static func check(_ key: String, _ value: JSON, _ first: Answer, _ answers: [Answer]) -> [String] {
    var faults: [String] = []
    func must(_ holds: Bool, _ what: @autoclosure () -> String) { if !holds { faults.append(what()) } }
    switch key {
    case "body_b64":
      must(Base64.decode(value.string ?? "") == first.body, "body differs (\(first.body.count) bytes)")
    case "body_len": must(first.body.count == value.int, "body has \(first.body.count) bytes")
    case "hdr":
      for member in value.members ?? [] {
        let got = first[member.key]
        must(
          got.map { matches(member.value.string ?? "", $0) } ?? false, "\(member.key): \(got ?? "missing")")
      }
    case "hdr_if":
      for member in value.members ?? [] where member.key == String(first.status) {
        faults += check("hdr", member.value, first, answers)
      }
    case "nohdr":
      for name in value.array ?? [] {
        must(answers.allSatisfy { $0[name.string ?? ""] == nil }, "has \(name)")
      }
    case "nohdr_value":
      for member in value.members ?? [] {
        let bad = answers.compactMap { $0[member.key] }.first { matches(member.value.string ?? "", $0) }
        must(bad == nil, "\(member.key): \(bad ?? "")")
      }
    case "notbody":
      must(!answers.contains { matches(value.string ?? "", $0.text, ignoringCase: false) }, "body leaks")
    case "notbody_b64":
      let start = Base64.decode(value.string ?? "")?.prefix(5) ?? []
      must(!answers.contains { $0.body.elementsEqual(start) }, "a range that wrapped was served")
    case "max_responses":
      must(answers.count { $0.status >= 200 } <= value.int ?? 0, "\(answers.count) answers")
    case "notstatus": must(!answers.contains { $0.status == value.int }, "status \(value)")
    case "max_body": must(first.body.count <= value.int ?? 0, "body has \(first.body.count) bytes")
    case "status_line": must(matches(value.string ?? "", first.line), first.line)
    case "lm_le_date":
      let dates = ["last-modified", "date"].map { first[$0].flatMap { Timestamp(httpDate: $0) } }
      must(
        (dates[0]?.secondsSince1970 ?? .max) <= dates[1]?.secondsSince1970 ?? 0,
        "Last-Modified is later than Date")
    case "multipart", "one_of_multipart": faults += parts(value, first, orWhole: key == "one_of_multipart")
    default: faults.append("unknown check \(key)")
    }
    return faults
  }

  private static func parts(_ value: JSON, _ answer: Answer, orWhole: Bool) -> [String] {
    let wanted = (value.array ?? []).map { ($0[0]?.int ?? 0)...($0[1]?.int ?? 0) }
    let type = answer["content-type"] ?? ""
    guard type.hasPrefix("multipart/byteranges; boundary=") else {
      if orWhole, wanted.count == 1, answer.body.elementsEqual(TestSite.kilobyte[wanted[0]]) { return [] }
      return ["not multipart/byteranges"]
    }
    let boundary = Array("--\(type.dropFirst("multipart/byteranges; boundary=".count))".utf8)
    var found: [(ClosedRange<Int>, [UInt8])] = []
    var at = Answer.find(boundary, in: answer.body, from: 0)
    while let start = at, !answer.body[(start + boundary.count)...].starts(with: [0x2D, 0x2D]) {
      let next = Answer.find(boundary, in: answer.body, from: start + boundary.count)
      guard let head = Answer.find([13, 10, 13, 10], in: answer.body, from: start), let next else {
        return ["cut part"]
      }
      let lines = String(decoding: answer.body[start..<head], as: UTF8.self)
      guard let range = lines.firstMatch(of: /Content-Range: bytes (\d+)-(\d+)\/1000/),
        let low = Int(range.1), let high = Int(range.2)
      else { return ["part without Content-Range"] }
      found.append((low...high, Array(answer.body[(head + 4)..<(next - 2)])))
      at = next
    }
    let areRight =
      found.map(\.0) == wanted && found.allSatisfy { $0.1.elementsEqual(TestSite.kilobyte[$0.0]) }
    return areRight ? [] : ["parts \(found.map(\.0))"]
  }
}
