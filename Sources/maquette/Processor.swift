import Foundation

/// Whether this processor can run this build.
enum Processor {
  /// A sentence where it cannot.
  static var complaint: String? {
    #if REQUIRES_X86_64_V3
      guard let data = FileManager.default.contents(atPath: "/proc/cpuinfo") else { return nil }
      let lines = String(decoding: data, as: UTF8.self).split(separator: "\n")
      guard let flags = lines.first(where: { $0.hasPrefix("flags") })?.split(separator: " ") else {
        return nil
      }
      let missing = ["avx2", "bmi2", "fma", "movbe"].filter { !flags.contains(Substring($0)) }
      guard !missing.isEmpty else { return nil }
      return "this build needs an x86-64-v3 processor (2013 and later) and this one lacks "
        + missing.joined(separator: ", ") + "; build with MAQUETTE_ARCH=baseline"
    #else
      return nil
    #endif
  }
}
