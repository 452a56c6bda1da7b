extension Verdict {
  /// The evidence as bytes that never change for equal facts and policy: what an approval is bound to.
  ///
  /// One line a fact, fields separated by U+001F, text as UTF-8 with its length before it, counts as decimal
  /// numbers; no floating point and nothing in the order of a hash table.
  package var evidenceText: [UInt8] {
    var bytes: [UInt8] = Array("doorsill/evidence/1\n".utf8)
    func line(_ parts: [String]) {
      for part in parts {
        bytes += Array("\(part.utf8.count):".utf8)
        bytes += Array(part.utf8)
        bytes.append(0x1F)
      }
      bytes.append(0x0A)
    }
    line(["dataset", dataset, declared, evidenceLevel, level.id, level.openness.rawValue])
    line(["stated", hasLegalBasis ? "basis" : "no basis", hasReason ? "reason" : "no reason"])
    for item in items {
      line(
        ["item", item.rule, item.field ?? "", String(item.values), String(item.matches), item.level]
          + item.examples)
    }
    for problem in problems { line(["problem", problem.code.rawValue]) }
    for need in requiresApproval {
      line([
        "need", need.kind.rawValue, need.from ?? "", need.to, need.role, need.blocking ? "blocks" : "may",
      ])
    }
    return bytes
  }
}
