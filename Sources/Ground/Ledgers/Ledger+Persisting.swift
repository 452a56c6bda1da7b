package import Bytes

extension Ledger {
  /// Writes tiles and a signed checkpoint over everything that is durable, so that the next start has little to read
  /// again and an older copy of the log is recognised. It takes a few syncs: a server calls it once a second on a thread
  /// of its own; appending does it too, when the last one is older than `checkpointPeriod`, and so does closing.
  package func persist() throws(LedgerError) {
    guard let key else { return }
    let work = state.withLock { state -> (tree: TileTree, tiles: [TileName: [UInt8]], offsets: [Int]?)? in
      guard !state.isPersisting, state.failure == nil, state.persistedSize != state.tree.size else {
        return nil
      }
      state.isPersisting = true
      return (state.tree, state.fresh, state.areOffsetsWritten ? nil : state.offsets)
    }
    guard let work else { return }
    let head = Checkpoint(origin: origin, size: work.tree.size, root: work.tree.root())
    let result = Result { () throws(LedgerError) in
      for (tile, bytes) in work.tiles.sorted(by: {
        ($0.key.level, $0.key.index) < ($1.key.level, $1.key.index)
      }) {
        try store.write(tile, bytes)
      }
      if let offsets = work.offsets { try store.writeOffsets(offsets) }
      try store.writeCheckpoint(head.signed(with: key))
    }
    state.withLock { state in
      state.isPersisting = false
      state.persistedAt = .now
      guard case .success = result else { return }
      state.persistedSize = work.tree.size
      state.persistedHead = head
      for tile in work.tiles.keys { state.fresh[tile] = nil }
      if let offsets = work.offsets { state.areOffsetsWritten = offsets.count == state.offsets.count }
    }
    try result.get()
  }

  /// The same if the last checkpoint on disk is old enough. A failure does not touch the entries, which are durable;
  /// it is tried again after the next period.
  func persistIfDue() {
    let isDue = state.withLock {
      ContinuousClock.now - $0.persistedAt >= .seconds(Ledger.checkpointPeriod)
    }
    if isDue { try? persist() }
  }
}

extension Ledger {
  /// The event of the one entry that may be of an earlier time than the one before it.
  package static let clockCorrected = "clock.corrected"

  /// Appends the entry that says that the clock had run ahead; time goes on from `now`, which is before the last entry.
  package func correctClock(_ entry: JSON, now: Timestamp) throws(LedgerError) {
    guard entry["event"]?.string == Self.clockCorrected else {
      throw LedgerError(
        .entry,
        Wording(
          "only an entry “\(Self.clockCorrected)” may set the time back",
          "只有“\(Self.clockCorrected)”条目可以把时间拨回"))
    }
    let last = state.withLock { state in
      defer { state.lastTime = now }
      return state.lastTime
    }
    do { _ = try append(entry) } catch {
      state.withLock { $0.lastTime = max($0.lastTime, last) }
      throw error
    }
    try persist()
  }
}

extension LedgerLine {
  /// Whether this entry may be of an earlier time than the one before it.
  var correctsClock: Bool {
    (try? JSON(parsing: entryBytes))?["event"]?.string == Ledger.clockCorrected
  }

  /// The time that no later entry is before.
  func latest(after last: Timestamp) -> Timestamp { time < last && correctsClock ? time : max(last, time) }
}
