import Bytes

/// What is derived from what, as the descriptors name it, before any of them is judged.
struct Derivations {
  private var sources: [String: [String]] = [:]
  private var depths: [String: Int] = [:]

  init(_ nodes: [(name: String, derive: Node?)] = []) {
    for (name, node) in nodes {
      guard let node else { continue }
      sources[name] = [node["left"], node["right"]].compactMap { side in
        side.flatMap { $0.isString ? $0 : $0["dataset"] }.flatMap { try? $0.string() }
      }
    }
    // No chain is longer than there are links.
    for _ in sources {
      for (name, below) in sources { depths[name] = 1 + (below.map { depths[$0] ?? 0 }.max() ?? 0) }
    }
  }

  /// How many links are below a dataset: 0 for one with a table of its own. Of one that comes back to itself it is some
  /// number.
  func depth(of name: String) -> Int { depths[name] ?? 0 }

  /// The names on the way from one dataset to another that it is derived from, both among them; nil where there is none.
  func way(from name: String, to other: String) -> [String]? { way(from: name, to: other, first: true) }

  private func way(from name: String, to other: String, first: Bool) -> [String]? {
    var seen: Set<String> = []
    func search(_ place: String, _ isFirst: Bool) -> [String]? {
      if place == other, first || !isFirst { return [place] }
      guard isFirst || seen.insert(place).inserted else { return nil }
      for source in sources[place] ?? [] {
        if let rest = search(source, false) { return [place] + rest }
      }
      return nil
    }
    return search(name, true)
  }
}
