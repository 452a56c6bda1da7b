package import Bytes
package import SQLite

/// SQLite stands beside Bytes and may not know its `Fault`; here both are known.
extension DatabaseError: Fault {
  package var blame: Blame { isEnvironment ? .environment : .data }

  package func message(in language: String) -> String {
    // SQLite's own words stay as they are.
    Wording(message, "数据库错误：\(message)").said(in: language)
  }

  package func hint(in language: String) -> String? {
    let chinese: String? =
      switch code {
      case .full: "请腾出该磁盘的空间后重新运行；最后一个事务已回滚"
      case .busy: "另一进程正在写入：请稍后再试"
      case .corrupt: "请从备份恢复该文件"
      case .cannotOpen: "请检查路径及其文件夹的权限"
      case .interrupted: "请缩小查询范围"
      default: nil
      }
    return hint.map { Wording($0, chinese ?? $0).said(in: language) }
  }
}
