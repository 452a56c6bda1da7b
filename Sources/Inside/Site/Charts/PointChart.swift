import Bytes

/// Positions by longitude and latitude, one degree as wide as high at the middle of what is shown. Each cell of the
/// picture that has rows has a dot, the larger the more they are.
struct PointChart {
  let title: HTML
  /// In the order of the table.
  let spots: [PointSketch.Spot]

  private static let width = 640.0
  private static let edge = 12.0
  /// Side of a cell.
  private static let cell = 4.0
  /// How many rows a dot of each size stands for at least, and how wide it is.
  private static let sizes = [(rows: 1, width: 3.4), (rows: 10, width: 4.6), (rows: 100, width: 6.0)]

  func drawing() -> HTML {
    let east = spots.map(\.east)
    let north = spots.map(\.north)
    guard let west = east.min(), let far = east.max(), let south = north.min(), let top = north.max(),
      far > west, top > south
    else { return HTML() }
    // cos φ by its series is good to a thousandth up to 60°, which is more than a picture needs.
    let middle = (south + top) / 2 * .pi / 180
    let shrink = max(0.4, 1 - middle * middle / 2 + middle * middle * middle * middle / 24)
    let inner = Self.width - 2 * Self.edge
    let scale = inner / ((far - west) * shrink)
    let height = max(60, min(480, (top - south) * scale + 2 * Self.edge))
    let upright = (height - 2 * Self.edge) / (top - south)
    func x(_ spot: PointSketch.Spot) -> Double { Self.edge + (spot.east - west) * shrink * scale }
    func y(_ spot: PointSketch.Spot) -> Double { Self.edge + (top - spot.north) * upright }

    var cells: [Int: PointSketch.Spot] = [:]
    var order: [Int] = []
    let across = Int(Self.width / Self.cell) + 1
    for spot in spots {
      let cell = Int(y(spot) / Self.cell) * across + Int(x(spot) / Self.cell)
      if let known = cells[cell] {
        cells[cell] = known.joined(spot)
      } else {
        cells[cell] = spot
        order.append(cell)
      }
    }
    let dots = Self.sizes.indices.map { size -> HTML in
      var path = HTML()
      for spot in order.compactMap({ cells[$0] }) where Self.size(of: spot) == size {
        path += "M\(at: x(spot)) \(at: y(spot))h0"
      }
      return path.isEmpty
        ? HTML() : "<path class=\"dot\" stroke-width=\"\(at: Self.sizes[size].width)\" d=\"\(path)\"/>"
    }
    func degrees(_ value: Double) -> String { Number.text((value * 10).rounded() / 10) + "°" }
    return """
      <figure class="chart" tabindex="0"><figcaption>\(title)</figcaption>
      <svg viewBox="0 0 \(at: Self.width) \(at: height)" role="img" \
      aria-label="\(value: "\(degrees(west)) – \(degrees(far)), \(degrees(south)) – \(degrees(top))")">
      \(dots)</svg></figure>

      """
  }

  private static func size(of spot: PointSketch.Spot) -> Int {
    sizes.lastIndex { $0.rows <= spot.rows } ?? 0
  }
}
