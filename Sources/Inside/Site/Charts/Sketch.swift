package import Catalogs
package import Tables

/// What the picture of an open table is drawn from, gathered over all of its rows as they come by, in bounded memory.
///
/// No row is passed over: a line keeps the least and the greatest value of each column of the picture, a map every
/// place that has a row. A peak of one row is a peak of the picture, and an island of one row is on the map.
package struct Sketch: Sendable {
  private(set) var series: SeriesSketch?
  private(set) var points: PointSketch?

  /// - Parameter rows: how many the table has, as far as is known.
  package init(_ resource: Resource, rows: Int) {
    series = SeriesSketch(resource, rows: rows)
    points = PointSketch(resource)
  }

  /// Takes the next rows, as `TableCheck` gives them.
  package mutating func take(_ batch: Batch, _ columns: TypedColumns) {
    series?.take(batch, columns)
    points?.take(batch, columns)
  }
}
