import Bytes

/// Reads lists of codes: `[{code: "11", label: {zh: "北京市", en: "Beijing"}, parent: …}]`, or bare codes.
enum CodeReader {
  static func codes(_ node: Node, _ faults: Faults) -> [Code] {
    var places: [(name: String, node: Node)] = []
    let codes = faults.list(node) { (element) throws(DocumentError) -> Code? in
      if !element.isObject {
        let code = try Checks.code(element)
        places.append((code, element))
        return Code(code: code, label: Text(code))
      }
      guard let section = Section(element, ["code", "label", "parent"], faults),
        let code = section.required("code", Checks.code)
      else { return nil }
      places.append((code, element))
      return Code(
        code: code, label: section.optional("label", Checks.text) ?? Text(code),
        parent: section.optional("parent", Checks.code))
    }
    Checks.unique(places, .code, faults)
    let known = codes.map(\.code)
    for code in codes {
      guard let parent = code.parent, let place = places.first(where: { $0.name == code.code })?.node else {
        continue
      }
      _ = faults.attempt { () throws(DocumentError) in
        try Checks.reference(place["parent"] ?? place, to: .code, in: known)
      }
      if leadsBack(parent, codes) {
        faults.add(
          place.error(Wording("the parents of \"\(code.code)\" run in a circle", "“\(code.code)”的上级代码绕成一圈")))
      }
    }
    return codes
  }

  private static func leadsBack(_ start: String, _ codes: [Code]) -> Bool {
    var at: String? = start
    for _ in 0...codes.count {
      guard let here = at else { return false }
      at = codes.first { $0.code == here }?.parent
    }
    return true
  }
}
