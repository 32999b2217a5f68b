import Formats
import Geometry
import LinearMath
public import Reconstruction
import Scenes
public import Settings
public import Work

public struct ReconstructModelSettings: SettingsGroup {
  public var rebuild = ReconstructSettings()

  @Setting("A folder of masks, white where the object is, named like the pictures.")
  public var masks: String? = nil

  public init() {}
}

/// Views with cameras to a closed, textured mesh.
public enum ReconstructModel: Verb {
  public static let name = "reconstruct"
  public static let summary = "Rebuilds a closed, textured mesh from pictures with cameras."
  public static let usage = "SET -o MODEL.glb"
  public static let inputCount = 1...1
  public static let output = OutputRule.required(standardOutput: "glb")

  public static func run(_ call: VerbCall<ReconstructModelSettings>, _ work: WorkContext) throws
    -> VerbResult
  {
    work.progress.declare([("read", 1), ("rebuild", 8), ("write", 1)])
    work.progress.enter("read")
    let posed = try PosedViews(call.inputs[0], masks: call.options.masks, work)
    work.progress.enter("rebuild")
    let set = try ViewSet(posed.views, work)
    let surface = try set.rebuilt(call.options.rebuild, seed: call.seed, work)
    work.progress.enter("write")
    let mesh = surface.mesh.transformed(by: posed.sourceFromWorld)
    let scene = Scene(mesh: mesh, material: .plain, unit: .meters)
    let outputs = try ModelOutput.write(scene, as: SceneFormat(path: call.output!, writing: true), to: call.output!, work)
    return VerbResult(
      outputs: outputs,
      result: [
        "backend": "multiview", "views": .integer(posed.views.count), "masks": .string(posed.masks),
        "triangles": .integer(mesh.triangles.count),
      ],
      text: "\(posed.views.count) views to \(mesh.triangles.count) triangles")
  }
}
