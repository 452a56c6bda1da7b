import Bytes
import Catalogs
import Foundation
import Support
import Tables
import Testing

@testable import Site

@Suite struct `A picture of a table` {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func sketch(_ csv: String, _ fields: [Field], key: [String] = [], rows: Int = 0) throws -> Sketch {
    let path = try folder.write(csv, to: "table.csv")
    var schema = Schema(fields: fields)
    schema.primaryKey = key
    let resource = Resource(
      name: "table", source: TableSource(path: path), schema: schema, fields: [:])
    return try Samples.read(resource, rows: rows).sketch
  }

  private func line(_ values: [String], rows: Int = 0) throws -> (SeriesSketch, svg: String) {
    let lines = values.enumerated().map { row, value in
      "\(CalendarDate(daysSince1970: row).iso),\(value)\n"
    }
    let series = try #require(
      try sketch(
        "day,v\n\(lines.joined())", [Field(name: "day", type: .date), Field(name: "v", type: .number)],
        key: ["day"], rows: rows
      ).series)
    let drawing = try #require(LineChart(title: "v", series: series).drawing())
    return (series, String(decoding: drawing.bytes, as: UTF8.self))
  }

  /// Ordinates of the trace.
  private func heights(_ svg: String) throws -> [Double] {
    let start = try #require(svg.range(of: "class=\"trace\" d=\""))
    let path = svg[start.upperBound...].prefix { $0 != "\"" }.replacing("h0", with: "")
    return path.split(whereSeparator: { "ML".contains($0) }).compactMap {
      $0.split(separator: " ").last.flatMap { Double($0) }
    }
  }

  @Test(arguments: [0, 10_000, 50_000, 1_000_000]) func `has the peak and the trough of a single row each`(
    _ expected: Int
  ) throws {
    var values = (0..<50_000).map { "\($0 % 10)" }
    values[12_347] = "1000"
    values[43_211] = "-1000"
    let (series, svg) = try line(values, rows: expected)
    #expect(series.rows == 50_000 && series.values == 50_000)
    #expect(series.columns.count <= 2 * SeriesSketch.width)
    let marks = series.columns.flatMap(\.marks)
    #expect(marks.contains(SeriesSketch.Mark(row: 12_347, value: 1000)))
    #expect(marks.contains(SeriesSketch.Mark(row: 43_211, value: -1000)))
    let heights = try heights(svg)
    // Everything else is within ten of zero, in the middle.
    #expect(heights.count { $0 < 50 } == 1)
    #expect(heights.count { $0 > 160 } == 1)
    #expect(svg.utf8.count < 60_000)
    #expect(svg.contains("1970-01-01") && svg.contains(CalendarDate(daysSince1970: 49_999).iso))
  }

  @Test func `draws few rows one by one, gaps as gaps, and a value between gaps as a dot`() throws {
    let (series, svg) = try line(["1", "2", "3", "", "9", "", "4", "5", "6", "7", "8"])
    #expect(series.columns.count == 11 && series.values == 9)
    #expect(try heights(svg).count == 9)
    #expect(svg.contains("h0M"))
  }

  @Test(arguments: [
    ["1e308", "-1e308", "0", "1", "2", "3", "4", "5"],
    ["5e-324", "1e-323", "0", "5e-324", "0", "0", "0", "0"],
    ["1e300", "1.0000000000000002e300", "1e300", "1e300", "1e300", "1e300", "1e300", "1e300"],
    ["1e-300", "2e-300", "3e-300", "1e-300", "1e-300", "1e-300", "1e-300", "1e-300"],
  ]) func `is drawn of extreme numbers, or not at all`(_ values: [String]) throws {
    let lines = values.enumerated().map { "\(CalendarDate(daysSince1970: $0).iso),\($1)\n" }
    let series = try #require(
      try sketch(
        "day,v\n\(lines.joined())", [Field(name: "day", type: .date), Field(name: "v", type: .number)],
        key: ["day"]
      ).series)
    guard let drawing = LineChart(title: "v", series: series).drawing() else { return }
    let svg = String(decoding: drawing.bytes, as: UTF8.self)
    #expect(!svg.contains("nan") && !svg.contains("inf"))
    #expect(try heights(svg).allSatisfy { (0...230).contains($0) })
  }

  @Test func `ends in no loop where steps are too small or too large`() {
    let least = Double.leastNonzeroMagnitude
    for (low, high) in [
      (0, least), (2 * least, 4 * least), (-1e308, 1e308), (1e300, 1.0000000000000002e300), (0, 0),
    ] {
      #expect(Ticks.between(low, high).count <= 12)
    }
    #expect(Ticks.between(0, 10) == [0, 2, 4, 6, 8, 10])
  }

  private func map(_ positions: [(Double, Double)]) throws -> (PointSketch, svg: String) {
    let lines = positions.map { "\($0.0),\($0.1)\n" }
    let points = try #require(
      try sketch(
        "longitude,latitude\n\(lines.joined())",
        [Field(name: "longitude", type: .number), Field(name: "latitude", type: .number)]
      ).points)
    let drawing = PointChart(title: "p", spots: points.ordered).drawing()
    return (points, String(decoding: drawing.bytes, as: UTF8.self))
  }

  /// Dots of all sizes.
  private func dots(_ svg: String) -> [(x: Double, y: Double)] {
    svg.split(separator: "\"").filter { $0.hasSuffix("h0") }.flatMap { path in
      path.split(separator: "M").compactMap { dot in
        let parts = dot.replacing("h0", with: "").split(separator: " ").compactMap { Double($0) }
        return parts.count == 2 ? (parts[0], parts[1]) : nil
      }
    }
  }

  @Test func `shows every place that has a row, however many share it`() throws {
    var random = SeededRandom(7)
    // A crowd in one city, and three islands of one row each.
    var positions = (0..<200_000).map { _ in
      (Double.random(in: 116...117, using: &random), Double.random(in: 39...40, using: &random))
    }
    positions[77_777] = (109.1, 3.9)
    positions[123_456] = (121.5, 25.0)
    positions[199_999] = (123.7, 25.8)
    let (points, svg) = try map(positions)
    #expect(points.rows == 200_000)
    #expect(points.ordered.reduce(0) { $0 + $1.rows } == 200_000)
    #expect(points.ordered.count <= 1 << 17)
    let dots = dots(svg)
    #expect(dots.count < 20_000 && svg.utf8.count < 300_000)
    #expect(dots.contains { $0.x == 12 && $0.y > 400 }, "the island in the south")
    #expect(dots.contains { $0.x == 628 && (185...197).contains($0.y) }, "the island in the east")
    #expect(dots.count { $0.x > 500 } == 2)
  }

  @Test func `leaves out what is no place on Earth, and nothing else`() throws {
    let (points, _) = try map([
      (0, 0), (181, 0), (0, -91), (1e308, 0), (180, 90), (-180, -90), (-0.0, 45), (0, 0), (0, 0),
    ])
    #expect(points.rows == 6)
    #expect(points.ordered.map(\.rows) == [3, 1, 1, 1])
  }

  /// 台湾省, 三沙市 and its islands, and the ends of the land stand in this table of divisions.
  @Test func `of the divisions of China shows all of them`() throws {
    let catalog = try Samples.catalog()
    let dataset = try #require(catalog.datasets.first { $0.name == "cn-divisions" })
    let resource = try #require(dataset.resources.first)
    let points = try #require(try Samples.read(resource).sketch.points)
    let spots = points.ordered
    let drawing = PointChart(title: "p", spots: spots).drawing()
    let dots = dots(String(decoding: drawing.bytes, as: UTF8.self))
    let (west, east) = (spots.map(\.east).min() ?? 0, spots.map(\.east).max() ?? 0)
    let (south, north) = (spots.map(\.north).min() ?? 0, spots.map(\.north).max() ?? 0)
    let bottom = dots.map(\.y).max() ?? 0
    var checked = 0
    let reader = try TableReader(resource.source)
    let names = reader.columnNames
    let (code, x, y) = (
      names.firstIndex(of: "adcode") ?? 0, names.firstIndex(of: "longitude") ?? 0,
      names.firstIndex(of: "latitude") ?? 0
    )
    while let batch = try reader.next() {
      for row in 0..<batch.rowCount {
        guard let longitude = Double(batch.text(row, x)), let latitude = Double(batch.text(row, y)) else {
          continue
        }
        checked += 1
        let place = (
          x: 12 + (longitude - west) / (east - west) * 616,
          y: 12 + (north - latitude) / (north - south) * (bottom - 12)
        )
        // Its own dot, or that of another row in the same cell of four by four.
        let isThere = dots.contains { abs($0.x - place.x) < 4.2 && abs($0.y - place.y) < 4.2 }
        #expect(isThere, "\(batch.text(row, code))")
      }
    }
    #expect(checked == points.rows && checked > 3000)
  }
}
