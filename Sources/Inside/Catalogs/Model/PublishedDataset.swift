package import Bytes
package import Policies
package import Tables

/// A dataset as a release holds it: what it is, how it was judged, and which files may be downloaded.
package struct PublishedDataset: Sendable {
  package var dataset: Dataset
  /// Effective level, by the verdict.
  package var level: Level
  package var verdict: Verdict
  package var release: Int
  package var modified: Timestamp
  /// Downloads; none unless the level is unconditional.
  package var files: [PublishedFile]
  /// Formats that cannot hold a table, for which there is no download.
  package var leftOut: [LeftOut]
  /// What reading found, by resource; open datasets only.
  package var reports: [String: TableReport]

  package init(
    dataset: Dataset, level: Level, verdict: Verdict, release: Int, modified: Timestamp,
    files: [PublishedFile] = [], leftOut: [LeftOut] = [],
    reports: [String: TableReport] = [:]
  ) {
    self.dataset = dataset
    self.level = level
    self.verdict = verdict
    self.release = release
    self.modified = modified
    self.files = files
    self.leftOut = leftOut
    self.reports = reports
  }

  package var openness: Openness { level.openness }
}

/// One download.
package struct PublishedFile: Sendable, Hashable {
  /// Name of the resource it was made from.
  package var resource: String
  package var format: TableFormat
  /// Below the site: `data/<dataset>/<resource>.csv`.
  package var path: String
  package var bytes: Int
  /// Hex.
  package var sha256: String
  package var mediaType: String
  package var rows: Int

  package init(
    resource: String, format: TableFormat, path: String, bytes: Int, sha256: String, mediaType: String,
    rows: Int
  ) {
    self.resource = resource
    self.format = format
    self.path = path
    self.bytes = bytes
    self.sha256 = sha256
    self.mediaType = mediaType
    self.rows = rows
  }
}

/// A download that there is not, and why.
package struct LeftOut: Sendable, Equatable {
  /// Name of the resource that does not fit.
  package let resource: String
  package let format: TableFormat
  package let reason: Wording

  package init(resource: String, format: TableFormat, reason: Wording) {
    self.resource = resource
    self.format = format
    self.reason = reason
  }
}
