package import Access
import Bytes
package import Ledgers
import Releases
import System
import Trust

extension Ledger {
  /// Entries at the end of the log that are read in any case: they name the last administrative entry.
  private static let tail = 1024

  /// What the administrative entries of an answers log account for. Reads alone.
  /// - Parameters:
  ///   - known: where they stand, as far as the database remembers.
  ///   - counted: up to where it has counted answers.
  /// - Returns: with all their places, where what the database remembers is not what the log itself says.
  func ground(
    from known: [(serial: Int, index: Int)], counted: Int
  ) throws -> (ground: Ground, places: [(serial: Int, index: Int)]?) {
    var latest = 0
    var found: [(serial: Int, index: Int)] = []
    for index in max(0, min(size - Self.tail, counted))..<size {
      let entry = try entry(at: index)
      latest = max(latest, entry["administrative"]?.int ?? 0)
      if let serial = Ground.serial(of: entry) { found.append((serial, index)) }
    }
    let places = known + found.filter { place in !known.contains { $0.index == place.index } }
    if let ground = try? walk(places), ground.serial >= latest { return (ground, nil) }
    var all: [(serial: Int, index: Int)] = []
    for index in 0..<size {
      if let serial = Ground.serial(of: try entry(at: index)) { all.append((serial, index)) }
    }
    let ground = try walk(all)
    guard ground.serial >= latest else {
      throw AccessError(
        .chain,
        Wording(
          "the answers log names administrative entry \(latest) and holds \(ground.serial)",
          "答复日志提到第 \(latest) 条管理条目，而只有 \(ground.serial) 条"), hint: .oneMoment)
    }
    return (ground, all)
  }

  private func walk(_ places: [(serial: Int, index: Int)]) throws -> Ground {
    var ground = Ground()
    for place in places { try ground.take(try entry(at: place.index), written: try time(at: place.index)) }
    return ground
  }
}

extension OutsideState {
  /// The access database as a server would judge it that starts now: what of it counts for nothing, and why. Reads the log
  /// and writes nothing into it. Throws where the log or the release cannot be read, or does not belong to the database.
  package func refusals(in access: AccessStore) throws -> [RefusedRow] {
    guard let release = try ReleaseStore(folder: folder, key: try releaseKey()).served() else { return [] }
    let origin = release.settings.answersLog
    try access.recognise(try Answers.signers(of: release.settings), portal: origin)
    func look() throws -> [RefusedRow] {
      var ground = Ground()
      if let log = try readAnswers(origin: origin) {
        ground = try log.ground(from: try access.places(), counted: try access.countedUpTo()).ground
      }
      try access.stand(on: ground)
      _ = try access.behind(ground)
      return access.refusals
    }
    // A running server may have moved an entry from the database to the log between two glances.
    guard let first = try? look() else { return try look() }
    return first.isEmpty ? [] : try look().filter(first.contains)
  }

  /// The answers log of this first name, to be read under the name it bears; nil where none was begun.
  package func readAnswers(origin: String) throws -> Ledger? {
    let path = keys + "/checkpoint"
    guard Files.exists(answers + "/checkpoint"), Files.exists(path) else { return nil }
    let key = try SigningKey(pem: try Folder(folder).read("keys/checkpoint", limit: 1 << 16)).publicKey
    return try Ledger(
      reading: answers, origin: LogNames.current(origin, onDisk: Ledger.name(in: answers)), key: key)
  }
}
