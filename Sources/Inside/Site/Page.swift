package import Releases

/// One file of the static site.
package struct Page: Sendable {
  /// Below `site/`: `datasets/airports/index.html`.
  package let path: String
  /// What the path is about.
  package var place: SitePath { SitePath(path) }
  package let mediaType: String
  package let bytes: [UInt8]
  /// The dataset a page is about, whose clearance lets it out; nil for pages of the portal.
  package let dataset: String?

  package init(path: String, mediaType: String, bytes: [UInt8], dataset: String? = nil) {
    self.path = path
    self.mediaType = mediaType
    self.bytes = bytes
    self.dataset = dataset
  }
}
