import Formats

/// What strangers' bytes reach first. Each target takes any bytes and must return: a trap, a hang, memory
/// out of bounds or a broken promise is a finding.
public enum FuzzTarget: String, CaseIterable, Sendable {
  case glb, obj, stl, ply, off, threeMF = "3mf", zip, png, jpeg, webp, multipart, json, mcp

  /// The same for who must not wait on a thread of the pool that the work itself needs.
  public func replay(_ bytes: [UInt8]) async {
    if self == .mcp { await MCPTarget.answer(bytes) } else { run(bytes) }
  }

  /// Does with the bytes what the program would.
  public func run(_ bytes: [UInt8]) {
    switch self {
    case .glb: ModelTargets.run(bytes, as: .glb)
    case .obj: ModelTargets.run(bytes, as: .obj)
    case .stl: ModelTargets.run(bytes, as: .stl)
    case .ply: ModelTargets.run(bytes, as: .ply)
    case .off: ModelTargets.run(bytes, as: .off)
    case .threeMF: ModelTargets.runPackage(bytes)
    case .zip: ModelTargets.runArchive(bytes)
    case .png: PictureTargets.runPNG(bytes)
    case .jpeg, .webp: PictureTargets.run(bytes)
    case .multipart: WireTargets.runMultipart(bytes)
    case .json: WireTargets.runJSON(bytes)
    case .mcp: MCPTarget.run(bytes)
    }
  }
}

/// A promise that was broken: ends the process, which is how a fuzzer learns of it.
func promise(_ holds: Bool, _ what: String) {
  if !holds { fatalError("broken promise: \(what)") }
}
