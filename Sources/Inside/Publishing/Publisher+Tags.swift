import Bytes
import Catalogs
import Disclosure
import Policies
import Releases
import Results
import System
import Trust

extension Publisher {
  /// Computes the tags of a `verify` or `score`. Tags of the publication before are kept inside the door, so that an
  /// unchanged tuple is not paid for again.
  func computeTags(
    of result: ResultDeclaration, _ judgement: Judgement, into computed: inout ComputedResults
  ) throws -> Released {
    let dataset = judgement.examination.dataset
    guard let profile = policies.verifyProfiles[result.profile] else {
      throw PublishingError(
        .refused,
        Wording(
          "\(dataset.name)/\(result.name) names the protection profile '\(result.profile)', which protection.json5 does not have",
          "\(dataset.name)/\(result.name) 指定的保护方案“\(result.profile)”不在 protection.json5 中"))
    }
    let responsible = result.responsible ?? dataset.provider.organization
    let plan = TagPlan(
      dataset: dataset, result: result, profile: profile, key: keys.verify,
      draw: keys.protection.draw,
      responsible: catalog.organization(responsible)?.name ?? Text(responsible), policyHash: policies.hash,
      now: options.now)
    let path = "\(portal.inside)/tags/\(dataset.name).\(result.name)"
    let before = Files.exists(path) ? try Files.read(path) : []
    let made = try plan.seal(cache: TagCache(bytes: before), codeLists: catalog.codeLists)
    let after = made.cache.bytes
    if after != before {
      try Files.makeDirectory(Files.parent(of: path), mode: 0o700)
      try Files.write(after, to: path, mode: 0o600)
    }
    computed.tagReports.append(made.report)
    return made.released
  }

  /// The key of the tags crosses once, where there are tags; another key lying there is never overwritten.
  func bringVerifyKeyOut() throws {
    guard catalog.datasets.contains(where: { $0.results.contains { !$0.kind.hasCells } }) else { return }
    let outside = try Folder(making: portal.outside, mode: 0o700)
    let path = outside.full(Layout.verifyKey)
    guard try outside.exists(Layout.verifyKey) else {
      try outside.makeFolder(Files.parent(of: Layout.verifyKey), mode: 0o700)
      return try outside.replace(Layout.verifyKey, keys.verify.withBytes { Array($0) }, mode: 0o600)
    }
    var bytes = try outside.read(Layout.verifyKey, limit: 64)
    guard Secret(wiping: &bytes) == keys.verify else {
      throw PublishingError(
        .damaged,
        Wording(
          "\(path) is another verify key than this portal's inside/keys/verify",
          "\(path) 与本门户的 inside/keys/verify 不是同一把核验密钥"),
        hint: Wording(
          "with it the server would recognise nothing: copy inside/keys/verify over it, or restore both",
          "用它服务器什么也认不出：请用 inside/keys/verify 覆盖，或把两者一并恢复"),
        blame: .environment)
    }
  }
}
