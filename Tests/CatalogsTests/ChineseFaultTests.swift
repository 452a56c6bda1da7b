import Bytes
import Catalogs
import Support
import Testing

/// `Planted.faults` looks at every fault that these tests meet; here are some of each reader, word for word.
@Suite struct `A fault of a descriptor or policy, told in Chinese` {
  @Test(arguments: [
    ("publisher: \"bureau\"", "publisher: \"burau\"", "publisher: 没有机构“burau” (是否指“bureau”？)"),
    ("publisher:", "publischer:", "未知的键“publischer” (是否指“publisher”？)"),
    ("data@example.org", "data", "organizations[0].email: “data”不是邮箱地址"),
    ("parent: \"1\"", "parent: \"11\"", "codeLists.regions.codes[1]: “11”的上级代码绕成一圈"),
  ]) func `names what is wrong in the catalogue`(_ old: String, _ new: String, _ said: String) throws {
    try expect(try Planted(catalog: Planted.catalog.replacing(old, with: new, maxReplacements: 1)), said)
  }

  @Test(arguments: [
    ("title: \"People\"", "title: 5", "title: 此处应为字符串或按语言分列的对象，实为数值"),
    ("title: \"People\",", "title: \"A\", title: \"B\",", "键“title”重复 (首次出现在第 3 行)"),
    ("level: \"L3\", legal", "level: \"L9\", legal", "classification.level: Policies/levels.json5 中没有级别“L9”"),
    ("people.csv", "peeple.csv", "resources[0].path: 没有文件“peeple.csv” (是否指“people.csv”？)"),
    ("from: \"born\"", "from: \"bron\"", "dimensions[1].from: 资源“people”中没有字段“bron” (是否指“born”？)"),
    ("asOf: \"2025-12-31\", ", "", "dimensions[1].bands: 日期的分档即年龄，须有计算年龄之日 asOf"),
    ("[0, 15, 60]", "[0, 60, 15]", "dimensions[1].bands[2]: 15 不大于前一个数"),
    ("\"P1Y\"", "\"P1M\"", "results[0].refresh: P1M 比方案“strict”所允许的更频繁 (至少 P1Y)"),
    ("tables:", "claims: [\"id\"], tables:", "results[0].claims: claims 只用于 verify、score 类的结果"),
  ]) func `names what is wrong in a dataset`(_ old: String, _ new: String, _ said: String) throws {
    try expect(try Planted(dataset: Planted.dataset.replacing(old, with: new, maxReplacements: 1)), said)
  }

  @Test(arguments: [
    ("levels.json5", "id: \"L1\"", "id: \"L 1\"", "levels[0].id: “L 1”不能作级别 (限字母与数字"),
    ("detectors.json5", "threshold: 0.5", "threshold: 1.5", "detectors[0].threshold: 1.5 不是比例 (应为 0 至 1 的数)"),
    ("protection.json5", "L3: 0.54", "L3: 0.56", "bars.L3: 0.56 不能作及格线 (须大于随机猜测的 0.5"),
    ("access.json5", "grantDays: 365", "grantDays: 0", "lifetimes.grantDays: 0 不在 1…3660 之内"),
  ]) func `names what is wrong in a policy`(_ file: String, _ old: String, _ new: String, _ said: String) {
    let error = #expect(throws: CatalogError.self) {
      _ = try PolicySet.parse(files: `The policy files`.changed(file, old, new))
    }
    #expect(error?.message(in: "zh").contains(said) == true, "\(error?.message(in: "zh") ?? "")")
  }

  private func expect(_ planted: Planted, _ said: String) throws {
    let told = CatalogError(try planted.faults()).message(in: "zh")
    #expect(told.contains(said), "\(told)")
  }
}
