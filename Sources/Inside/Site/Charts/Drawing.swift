/// The motif of the house: a door, and the sill that data do not cross.
enum Drawing {
  /// The mark beside the portal's name.
  static let door: HTML = """
    <svg class="mark" viewBox="0 0 32 32" width="28" height="28" aria-hidden="true" focusable="false">\
    <path class="mark-frame" d="M7 26V8.5C7 6 9 4 11.500 4h9C23 4 25 6 25 8.500V26"/>\
    <path class="mark-leaf" d="M11 26V8h7.500L21 10v16z"/>\
    <circle class="mark-knob" cx="18" cy="17.500" r="1.100"/>\
    <path class="mark-sill" d="M3 27.500h26"/></svg>
    """

  /// The line of the sill, with what passes over it.
  static let sill: HTML = """
    <svg class="sill" viewBox="0 0 48 16" width="48" height="16" aria-hidden="true" focusable="false">\
    <path class="mark-sill" d="M2 12h44"/><circle class="sill-dot" cx="32" cy="6" r="2"/>\
    <circle class="sill-dot" cx="39" cy="6" r="2"/></svg>
    """
}

extension Drawing {
  /// The picture of the home page: points stay behind the door, a few answers cross the sill.
  static func hero(_ words: String) -> HTML {
    var inside = HTML()
    for row in 0..<6 {
      for column in 0..<5 {
        let nudge = Double((row * 7 + column * 11) % 5) - 2
        inside += """
          <circle class="hero-data" cx="\(at: 40 + Double(column) * 21 + nudge)" cy="\(at: 62 + Double(row) * 22 - nudge)" r="\(at: 3.2 + Double((row + column) % 3) * 0.7)"/>
          """
      }
    }
    return """
      <svg class="hero-door" viewBox="0 0 340 240" role="img" aria-label="\(value: words)">\
      <rect class="hero-room" x="18" y="36" width="140" height="164" rx="3"/>\(inside)\
      <path class="hero-frame" d="M158 206V70c0-18 14-32 32-32h20c18 0 32 14 32 32v136"/>\
      <path class="hero-leaf" d="M172 204V66l36 14v124z"/><circle class="hero-knob" cx="202" cy="146" r="3"/>\
      <path class="hero-sill" d="M4 206h332"/>\
      <path class="hero-path" d="M226 150C252 128 276 126 312 122"/>\
      <rect class="hero-answer" x="256" y="108" width="26" height="26" rx="4"/><path class="hero-tick" d="M263 121l5 5 8-10"/>\
      <rect class="hero-answer" x="298" y="96" width="26" height="26" rx="4"/><path class="hero-tick" d="M305 109l5 5 8-10"/></svg>
      """
  }

  private static func icon(_ parts: HTML) -> HTML {
    "<svg class=\"icon\" viewBox=\"0 0 48 48\" width=\"48\" height=\"48\" aria-hidden=\"true\" focusable=\"false\">\(parts)</svg>"
  }

  private static let frame: HTML = """
    <path class="icon-frame" d="M12 40V14c0-4 3-7 7-7h10c4 0 7 3 7 7v26"/><path class="icon-sill" d="M6 41h36"/>
    """

  static let openDoor: HTML = icon(
    "\(frame)<path class=\"icon-leaf\" d=\"M17 39V13l-6-4v32z\"/><path class=\"icon-line\" d=\"M22 26h12m-5-5 5 5-5 5\"/>"
  )
  static let guardedDoor: HTML = icon(
    "\(frame)<path class=\"icon-line\" d=\"M18 20h12M18 26h12M18 32h7\"/><path class=\"icon-seal\" d=\"M33 30a4 4 0 1 1 0 .1z\"/>"
  )
  static let keyDoor: HTML = icon(
    "\(frame)<path class=\"icon-leaf\" d=\"M17 39V13h14v26z\"/><circle class=\"icon-seal\" cx=\"27\" cy=\"26\" r=\"2\"/>"
  )
}
