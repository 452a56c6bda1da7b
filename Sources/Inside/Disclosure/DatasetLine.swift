/// What is remembered of one table of restricted rows through all its versions, whatever its dataset was called in each.
package struct DatasetLine: Sendable {
  package let drawn: ResultHistory.Drawn
  /// The last unit map, under an empty name, and those of what is no longer declared.
  package let unitMaps: [String: StoredUnits]
  package let names: LastingNames?
  /// What its cells' labels begin with.
  package let root: String
  /// In which version it was there last.
  package let seen: Int
}

extension ResultHistory {
  /// The lines of which it is known where their units were: by the dataset of that name, or by a name with a `~` that no
  /// dataset can have.
  package var lines: [String: DatasetLine] {
    var lines: [String: DatasetLine] = [:]
    for (name, drawn) in drawn where unitMaps[name] != nil {
      var maps: [String: StoredUnits] = [:]
      for (key, map) in unitMaps where key == name || key.hasPrefix(name + "@") {
        maps[String(key.dropFirst(name.count))] = map
      }
      lines[name] = DatasetLine(
        drawn: drawn, unitMaps: maps, names: names[name], root: firstName(of: name), seen: seen[name] ?? 0)
    }
    return lines
  }

  /// The datasets that anything was drawn of.
  package var datasets: [String] { drawn.keys.filter { !$0.contains("~") }.sorted() }

  /// Lets a name stand for a line from now on, or with nil for none. What is out under it keeps its root.
  package mutating func put(_ line: DatasetLine?, as name: String) {
    drawn[name] = line?.drawn
    names[name] = line?.names
    for key in unitMaps.keys where key == name || key.hasPrefix(name + "@") { unitMaps[key] = nil }
    seen[name] = line?.seen
    guard let line else {
      if name.contains("~") { roots[name] = nil }
      return
    }
    for (key, map) in line.unitMaps { unitMaps[name + key] = map }
    roots[name] = line.root == name ? nil : line.root
  }

  /// Gives a dataset that is new a root that no line has.
  package mutating func begin(_ name: String) {
    put(nil, as: name)
    let taken = Set(drawn.keys.map { firstName(of: $0) })
    let root = ResultHistory.free(name, besides: taken)
    roots[name] = root == name ? nil : root
  }

  /// Notes which datasets this version has.
  package mutating func see(_ names: [String]) {
    let now = 1 + (seen.values.max() ?? 0)
    for name in names { seen[name] = now }
  }

  /// A name for a line that no dataset is called by now.
  package func freeName(like name: String) -> String {
    let stem = name.prefix { $0 != "~" }
    var taken = Set(drawn.keys).union(roots.keys)
    taken.insert(String(stem))
    return ResultHistory.free(String(stem), besides: taken)
  }

  private static func free(_ name: String, besides taken: Set<String>) -> String {
    guard taken.contains(name) else { return name }
    var number = 2
    while taken.contains("\(name)~\(number)") { number += 1 }
    return "\(name)~\(number)"
  }
}
