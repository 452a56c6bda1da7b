import Bytes

/// Positions by longitude and latitude, one degree as wide as high at the middle of what is shown.
struct PointChart {
  let title: HTML
  let points: [(east: Double, north: Double)]

  private static let width = 640.0

  func drawing() -> HTML {
    let east = points.map(\.east)
    let north = points.map(\.north)
    guard let west = east.min(), let far = east.max(), let south = north.min(), let top = north.max(),
      far > west,
      top > south
    else { return HTML() }
    // cos φ by its series is good to a thousandth up to 60°, which is more than a picture needs.
    let middle = (south + top) / 2 * .pi / 180
    let shrink = max(0.4, 1 - middle * middle / 2 + middle * middle * middle * middle / 24)
    let scale = (Self.width - 24) / ((far - west) * shrink)
    let height = min(480, (top - south) * scale + 24)
    let upright = (height - 24) / (top - south)
    let dots = points.map { point -> HTML in
      """
      <circle class="dot" cx="\(at: 12 + (point.east - west) * shrink * scale)" cy="\(at: 12 + (top - point.north) * upright)" r="2.2"/>
      """
    }
    func degrees(_ value: Double) -> String { Number.text((value * 10).rounded() / 10) + "°" }
    return """
      <figure class="chart" tabindex="0"><figcaption>\(title)</figcaption>
      <svg viewBox="0 0 \(at: Self.width) \(at: height)" role="img" \
      aria-label="\(value: "\(degrees(west)) – \(degrees(far)), \(degrees(south)) – \(degrees(top))")">
      \(dots)</svg></figure>

      """
  }
}
