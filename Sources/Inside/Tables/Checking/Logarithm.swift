import Glibc

extension Double {
  /// Natural logarithm.
  var logarithm: Double { log(self) }
}
