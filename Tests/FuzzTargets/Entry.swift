import Foundation

/// Set by `FUZZ_TARGET`.
private let target: FuzzTarget = {
  let name = ProcessInfo.processInfo.environment["FUZZ_TARGET"] ?? ""
  guard let target = FuzzTarget(rawValue: name) else {
    let all = FuzzTarget.allCases.map(\.rawValue).joined(separator: ", ")
    FileHandle.standardError.write(Data("FUZZ_TARGET is one of \(all)\n".utf8))
    exit(2)
  }
  return target
}()

/// One input of the fuzzer.
@c(maquette_fuzz)
public func fuzzOneInput(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
  unsafe target.run([UInt8](UnsafeBufferPointer(start: data, count: size)))
  return 0
}
