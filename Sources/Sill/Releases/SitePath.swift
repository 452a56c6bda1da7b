/// What a path below `site/` is about: the one place where that is read from its words, for whoever writes pages, lets them
/// out and takes them away.
package struct SitePath: Sendable, Hashable {
  /// The words that begin what belongs to a dataset; in further languages they stand behind the language.
  package enum Kind: String, Sendable, CaseIterable {
    /// Files of its tables.
    case data
    /// Its own pages and feeds.
    case datasets
    /// Pages of its results.
    case results
  }

  /// Nil for what is about the portal as a whole.
  package let kind: Kind?
  /// The language it stands behind; nil for the first one, and for what has none.
  package let language: String?
  /// The word after the kind: a dataset's name, or a page of a list.
  package let dataset: String?
  /// Whether something stands behind that word, as every file of a dataset does.
  package let isBelow: Bool

  /// Of a path as it is written: `en/datasets/airports/index.html`.
  package init(_ path: String) { self.init(words: path.split(separator: "/").map(String.init)) }

  /// Of its words.
  package init(words: [String]) {
    let place = (0..<min(2, words.count)).first { Kind(rawValue: words[$0]) != nil }
    kind = place.flatMap { Kind(rawValue: words[$0]) }
    language = place == 1 ? words[0] : nil
    let rest = place.map { words.dropFirst($0 + 1) } ?? []
    dataset = rest.first
    isBelow = rest.count > 1
  }
}
