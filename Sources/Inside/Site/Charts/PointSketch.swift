import Catalogs
import Tables

/// The places of a table's rows. Rows very near to each other share a spot, whose position is that of the first of
/// them; how near that is grows only where there are more spots than are kept.
struct PointSketch: Sendable {
  struct Spot: Sendable {
    let east: Double
    let north: Double
    /// The first row here.
    let row: Int
    var rows = 1

    /// Both together, where the earlier row is.
    func joined(_ other: Spot) -> Spot {
      var spot = row < other.row ? self : other
      spot.rows = rows + other.rows
      return spot
    }
  }

  /// Spots kept; with fewer than a quarter as many left behind it, a picture would show their grid.
  private static let limit = 1 << 17

  private let longitude: Int
  private let latitude: Int
  private var spots: [UInt64: Spot] = [:]
  /// Degrees that one cell of the grid is wide and high; a decimetre to begin with.
  private var step = 0x1p-20
  /// Rows with a position on Earth.
  private(set) var rows = 0
  private var row = 0

  /// Nil where the table has no two number fields that are called as coordinates are.
  init?(_ resource: Resource) {
    func place(_ names: [String]) -> Int? {
      resource.schema.fields.firstIndex { $0.type == .number && names.contains($0.name.lowercased()) }
    }
    guard let longitude = place(["lon", "lng", "longitude", "经度"]),
      let latitude = place(["lat", "latitude", "纬度"])
    else { return nil }
    self.longitude = longitude
    self.latitude = latitude
  }

  mutating func take(_ batch: Batch, _ typed: TypedColumns) {
    for place in 0..<batch.rowCount {
      row += 1
      guard let east = typed[longitude].number(place), let north = typed[latitude].number(place),
        -180...180 ~= east, -90...90 ~= north
      else { continue }
      rows += 1
      add(Spot(east: east, north: north, row: row))
    }
  }

  private mutating func add(_ spot: Spot) {
    let key = PointSketch.key(spot, step)
    spots[key] = spots[key].map { $0.joined(spot) } ?? spot
    while spots.count > PointSketch.limit { coarsen() }
  }

  private mutating func coarsen() {
    step *= 2
    var coarser: [UInt64: Spot] = [:]
    for spot in spots.values {
      let key = PointSketch.key(spot, step)
      coarser[key] = coarser[key].map { $0.joined(spot) } ?? spot
    }
    spots = coarser
  }

  /// The cell of a position on Earth: at most 360 · 2²⁰ wide.
  private static func key(_ spot: Spot, _ step: Double) -> UInt64 {
    UInt64((spot.east + 180) / step) << 32 | UInt64((spot.north + 90) / step)
  }

  /// Every spot, in the order of the table.
  var ordered: [Spot] { spots.values.sorted { $0.row < $1.row } }
}
