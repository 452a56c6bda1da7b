/// The secrecy scale of a portal: its levels in rising order, and who must approve what.
package struct Scale: Sendable, Hashable {
  /// Levels in rising rank; never empty.
  package let levels: [Level]
  /// Flags of a dataset that force it closed, such as `important` and `core` (GB/T 43697-2024).
  package let flagsForcingClosed: [String]
  package let approvals: ApprovalRules
  /// Days for which fingerprints of a dataset's values are kept after it was last restricted.
  package let remembersDays: Int

  /// Makes a scale out of levels in any order.
  ///
  /// Throws `ScaleError` for a scale without levels, a name or rank used twice, openness that shrinks and grows
  /// again, a first level that is not unconditional, or flags without a closed level to force.
  package init(
    levels: [Level], flagsForcingClosed: [String] = ["important", "core"], approvals: ApprovalRules,
    remembersDays: Int = 3660
  ) throws(ScaleError) {
    let ordered = levels.sorted { ($0.rank, $0.id) < ($1.rank, $1.id) }
    guard let first = ordered.first, let last = ordered.last else { throw ScaleError.empty }
    var seen: Set<String> = []
    for level in ordered where !seen.insert(level.id).inserted { throw ScaleError.duplicateLevel(level.id) }
    for (lower, upper) in zip(ordered, ordered.dropFirst()) {
      if lower.rank == upper.rank { throw ScaleError.sameRank(lower.id, upper.id) }
      if upper.openness < lower.openness { throw ScaleError.opensUpwards(lower.id, upper.id) }
    }
    guard first.openness == .unconditional else { throw ScaleError.nothingOpen(first.id) }
    if !flagsForcingClosed.isEmpty, last.openness != .closed { throw ScaleError.nothingClosed(last.id) }
    self.levels = ordered
    self.flagsForcingClosed = flagsForcingClosed
    self.approvals = approvals
    self.remembersDays = remembersDays
  }

  /// The level of this name; nil where the scale has none.
  package func level(_ id: String) -> Level? { levels.first { $0.id == id } }

  /// The most open level, the default of every dataset (DESIGN section 4, rule 2).
  package var lowest: Level { levels[0] }

  /// The level that a forcing flag gives: the lowest closed one, or the highest where none is closed.
  package var forced: Level { levels.first { $0.openness == .closed } ?? levels[levels.count - 1] }
}

/// What is wrong with a scale.
package enum ScaleError: Error, Sendable, Equatable {
  case empty
  case duplicateLevel(String)
  case sameRank(String, String)
  case opensUpwards(String, String)
  case nothingOpen(String)
  case nothingClosed(String)
}
