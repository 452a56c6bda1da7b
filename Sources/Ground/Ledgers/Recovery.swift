package import Bytes
import Trust

/// That entries of a log were lost, and that it goes on under another name from what was left: an entry of the decisions
/// log, signed by who declares it. It crosses the sill as it is, and stands in the log that it is about.
package struct Recovery: Sendable, Equatable {
  package static let event = "recovered"

  /// The entry with its signature.
  package let entry: JSON
  /// Which name the log has from now on: 2 after the first loss.
  package let epoch: Int
  /// What must still be there, under the name that the log had.
  package let left: Seen
  /// The most entries that anything remembers.
  package let known: Int
  /// The id of the person who signed.
  package let by: String
  package let reason: String
  package let time: Timestamp

  /// Reads an entry; nil for anything else. Whose signature it bears is not judged here.
  package init?(entry: JSON) {
    guard entry["event"]?.string == Self.event, let epoch = entry["epoch"]?.int, epoch > 1,
      let left = entry["left"].flatMap({ Seen(json: $0) }), let known = entry["known"]?.int, known >= 0,
      let by = entry["by"]?.string, let reason = entry["reason"]?.string,
      let time = entry["time"]?.string.flatMap({ Timestamp(rfc3339: $0) })
    else { return nil }
    self.entry = entry
    self.epoch = epoch
    self.left = left
    self.known = known
    self.by = by
    self.reason = reason
    self.time = time
  }

  /// The members of such an entry, without its author.
  /// - Parameter places: who remembers how many entries.
  package static func members(
    epoch: Int, left: Seen, places: [(name: String, size: Int)], reason: String, time: Timestamp
  ) -> JSON {
    [
      "event": .string(event), "v": 1, "epoch": JSON(epoch), "left": left.json,
      "known": JSON(places.map(\.size).max() ?? 0),
      "places": .object(places.map { JSON.Member($0.name, JSON($0.size)) }), "reason": .string(reason),
      "time": .string(time.rfc3339),
    ]
  }
}
