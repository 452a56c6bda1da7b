import Bytes
import Policies

extension Publisher {
  /// Whether two people have agreed that two key families stay two although they have units in common, and as many as there
  /// are now. What is not agreed to is noted for whoever proposes it.
  /// - Parameter units: how many were found in this run, which nobody had looked for before.
  func areApart(_ family: String, _ other: String, units: Int) throws -> Bool {
    let subject = Motion.families(family, other)
    let pair = String(subject.dropFirst("family:".count))
    let count = (history.unitsInCommon[pair] ?? 0) + units
    var most = desk.authority.apart[pair]?.most ?? 0
    for agreement in try desk.matters().agreements where agreement.motion.subject == subject {
      if case .apart(let agreed) = agreement.motion.aim { most = max(most, agreed) }
    }
    guard count > most else {
      unitsInCommon[pair] = count
      return true
    }
    var notes = MatchNotes(portal)
    try notes.write(count, of: subject)
    return false
  }
}
