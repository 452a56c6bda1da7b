import Bytes

/// What the decisions log is told, whose lists may be longer than one entry holds: then they go ahead of it in entries of
/// their own, `<event>.part`, in one group with it.
///
///     {"event":"publication.part","part":1,"release":7,"changed":[…]}
///     {"event":"publication.part","part":2,"release":7,"changed":[…],"gone":[…]}
///     {"event":"publication","parts":2,"release":7,"changed":[…],"gone":[…], …}
///
/// A list is that of the parts, in order, and then of the entry, which is the one that counts: parts without it are of a
/// run that was cut short.
struct Telling {
  let event: String
  /// What says whom it is about; in every part.
  let subject: JSON
  /// What else the entry says, once.
  let facts: JSON
  /// Lists by their keys.
  let lists: [(key: String, items: [JSON])]

  /// Most items and bytes of them in one entry. What the log takes is 64 KiB, and an item may be an approval of 48.
  static let mostItems = 200
  static let mostBytes = 40 << 10

  /// The entries, the one that counts last. Throws where something has no canonical form.
  func entries() throws -> [JSON] {
    var pieces: [JSON] = []
    var piece: [(key: String, items: [JSON])] = []
    var (count, bytes) = (0, 0)
    for (key, items) in lists {
      for item in items {
        let size = try item.canonical().count + 1
        if count > 0, count == Self.mostItems || bytes + size > Self.mostBytes {
          pieces.append(Self.object(piece))
          (piece, count, bytes) = ([], 0, 0)
        }
        if piece.last?.key != key { piece.append((key, [])) }
        piece[piece.count - 1].items.append(item)
        count += 1
        bytes += size
      }
    }
    // The entry itself has every list, also an empty one.
    let last = lists.map { list in (list.key, piece.first { $0.key == list.key }?.items ?? []) }
    let parts = pieces.enumerated().map { number, lists in
      joined(["event": .string(event + ".part"), "part": JSON(number + 1)], subject, lists)
    }
    let told: JSON = parts.isEmpty ? [:] : ["parts": JSON(parts.count)]
    return parts + [joined(["event": .string(event)], told, subject, facts, Self.object(last))]
  }

  private static func object(_ lists: [(key: String, items: [JSON])]) -> JSON {
    .object(lists.map { JSON.Member($0.key, .array($0.items)) })
  }

  private func joined(_ objects: JSON...) -> JSON { .object(objects.flatMap { $0.members ?? [] }) }
}
