import Bytes

/// The secrecy scales that `init` can begin with. Each is a whole set of policy files: the scale, and detectors whose
/// rules name its levels.
package enum StarterScale: String, CaseIterable, Sendable {
  /// L1 to L4, after DB33/T 2350-2021.
  case cn
  /// OFFICIAL, OFFICIAL-SENSITIVE, SECRET and TOP-SECRET, after the UK Government Security Classifications.
  case uk
  /// open, conditional, closed: the three openness classes and nothing more.
  case plain

  /// The four files of `Policies/`, by name.
  package var policies: [String: [UInt8]] {
    var files = PolicySet.defaults
    guard self != .cn else { return files }
    for name in ["detectors.json5", "protection.json5"] {
      // One level stands for L2 and L3 here, with the bar of the stricter.
      let text = String(decoding: files[name] ?? [], as: UTF8.self)
        .replacing("bars: { L2: 0.55, L3: 0.54 }", with: "bars: { \"L3\": 0.54 }")
      files[name] = Array(renamed(text).utf8)
    }
    files["levels.json5"] = Array(levels.utf8)
    if self == .uk {
      // In this scale OFFICIAL-SENSITIVE is a level of its own, so its marking refuses nothing.
      let detectors = String(decoding: files["detectors.json5"] ?? [], as: UTF8.self)
      files["detectors.json5"] = Array(
        detectors.replacing(
          "  dictionaries: {\n", with: "  dictionaries: {\n    acceptedMarkings: [\"OFFICIAL-SENSITIVE\"],\n"
        ).utf8)
    }
    return files
  }

  /// A text that speaks of L1 to L4, in the words of this scale.
  func renamed(_ text: String) -> String {
    zip(["L1", "L2", "L3", "L4"], names).reduce(text) { $0.replacing($1.0, with: $1.1) }
  }

  /// What L1 to L4 are called here.
  private var names: [String] {
    switch self {
    case .cn: ["L1", "L2", "L3", "L4"]
    case .uk: ["OFFICIAL", "OFFICIAL-SENSITIVE", "OFFICIAL-SENSITIVE", "SECRET"]
    case .plain: ["open", "conditional", "conditional", "closed"]
    }
  }

  private var levels: String { Self.head + (self == .uk ? Self.ukLevels : Self.plainLevels) + Self.tail }

  private static let head = """
    // The secrecy scale of this portal, from open to closed, and who must sign what.
    // 本平台的数据级别（由低到高），以及哪些变更须由第二人签署。
    //
    // Whoever edits this file: a change of any file in this folder counts only after one person has proposed it and a second signed it
    // (`doorsill propose policy`, `doorsill approve policy`), judged under the policy that was in force before.
    {
      // The order is the rank.
      //   id                      name in descriptors (letters and digits, single hyphens between)
      //   openness                what the level allows:
      //                             unconditional 无条件开放  files and row queries for everybody
      //                             conditional   有条件开放  protected results only, for companies with a grant; under
      //                                                       profiles that meet the level's bar (protection.json5)
      //                             closed        不予开放    an entry in the catalogue and nothing else
      //   grantNeedsSecondPerson  a grant on a result counts only when a second person has approved it
      //   color                   of the badge on the portal's pages

    """

  private static let ukLevels = """
      // After the UK Government Security Classifications. What is OFFICIAL and has no reason to be withheld is open.
      // SECRET and TOP-SECRET are here so that a wrongly filed dataset closes at once; material that bears those
      // markings is refused and does not belong in this system at all.
      levels: [
        {
          id: "OFFICIAL",
          openness: "unconditional",
          title: { zh: "官方（公开）", en: "OFFICIAL, open" },
          color: "#1b7f4b",
        },
        {
          id: "OFFICIAL-SENSITIVE",
          openness: "conditional",
          title: { zh: "官方-敏感", en: "OFFICIAL-SENSITIVE" },
          color: "#b35900",
          grantNeedsSecondPerson: true,
        },
        {
          id: "SECRET",
          openness: "closed",
          title: { zh: "秘密（不予开放）", en: "SECRET, closed" },
          color: "#b3261e",
        },
        {
          id: "TOP-SECRET",
          openness: "closed",
          title: { zh: "绝密（不予开放）", en: "TOP SECRET, closed" },
          color: "#6a1b9a",
        },
      ],

    """

  private static let plainLevels = """
      // The three openness classes and nothing more.
      levels: [
        {
          id: "open",
          openness: "unconditional",
          title: { zh: "无条件开放", en: "Open" },
          color: "#1b7f4b",
        },
        {
          id: "conditional",
          openness: "conditional",
          title: { zh: "有条件开放", en: "Conditional" },
          color: "#b35900",
          grantNeedsSecondPerson: true,
        },
        {
          id: "closed",
          openness: "closed",
          title: { zh: "不予开放", en: "Closed" },
          color: "#b3261e",
        },
      ],

    """

  private static let tail = """

      // Flags a descriptor may carry that close a dataset whatever its level and whoever signs:
      // important data 重要数据 and core data 核心数据 (GB/T 43697-2024).
      flagsForcingClosed: ["important", "core"],

      // The role (access.json5) that a second person needs for each kind of opening: one person proposes, another signs, and
      // neither signs for themselves. To close (a higher level, `doorsill suspend`) is one person's, at once.
      // A kind that is left out needs nobody; taking one out is itself refused.
      approvals: {
        belowEvidence: "approver",      // a level below what the evidence says
        detectorOverride: "approver",   // … where a detector found personal or sensitive values
        lowering: "approver",           // a lower level than the one published, and anything outside what was agreed to
        legalBasisChange: "approver",   // other words of the legal basis
        policyChange: "approver",       // any change of the files in this folder, of the theme, and of who is registered
      },
    }

    """
}
