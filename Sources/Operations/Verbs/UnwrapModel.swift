import Formats
public import Geometry
import Scenes
import Settings
public import Work

/// Mesh to the same mesh with an atlas.
public enum UnwrapModel: Verb {
  public static let name = "unwrap"
  public static let summary = "Gives a mesh texture coordinates of which no two places share one."
  public static let usage = "MODEL -o MODEL"
  public static let inputCount = 1...1
  public static let output = OutputRule.required(standardOutput: nil)

  public static func run(_ call: VerbCall<UnwrapSettings>, _ work: WorkContext) throws
    -> VerbResult
  {
    let target = try SceneFormat(path: call.output!, writing: true)
    guard target.isGLTF || target == .obj else {
      throw UsageError(".\(target.rawValue) carries no texture coordinates; write .glb or .obj")
    }
    work.progress.declare([("read", 1), ("unwrap", 8), ("write", 1)])
    let source = try MeshInput.read(call.inputs[0], work)
    if source.scene.materials.contains(where: { !$0.slots.isEmpty }) {
      work.log.warn(
        "the model has textures, which do not fit the new coordinates; they are left out")
    }
    work.progress.enter("unwrap")
    let result = try source.mesh.unwrapped(call.options, work)
    work.progress.enter("write")
    let scene = Scene(mesh: result.mesh, material: .plain, unit: source.scene.unit)
    let outputs = try ModelOutput.write(
      try Convert.scaled(scene, to: target, nil, work.log), as: target, to: call.output!, work)
    return VerbResult(
      outputs: outputs,
      result: [
        "triangles": .integer(result.mesh.triangles.count), "charts": .integer(result.charts),
        "coverage": .number(result.coverage), "stretch": .number(result.stretch),
      ],
      text: """
        triangles       \(result.mesh.triangles.count)
        charts          \(result.charts)
        coverage        \((result.coverage * 100).brief) % of the square
        stretch         \(result.stretch.brief) (1: none)
        """)
  }
}
