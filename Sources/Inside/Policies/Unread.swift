/// Something of a dataset that no detector saw, because it could not be read as the table it should be.
///
/// Unread is unjudged, and unjudged is never open: facts cannot be made without saying what was not read.
package struct Unread: Sendable, Hashable {
  /// The resource or file.
  package let place: String
  /// Language → why, with what to do.
  package let reason: [String: String]

  /// Each part as its property says.
  package init(place: String, reason: [String: String]) {
    self.place = place
    self.reason = reason
  }
}
