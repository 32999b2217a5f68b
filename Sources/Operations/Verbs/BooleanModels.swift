import Formats
public import Geometry
import Scenes
public import Settings
public import Work

extension BooleanOperation: SettingChoice {}

public struct BooleanSettings: SettingsGroup {
  @Setting("What is kept: what is in either, in the first only, or in both.")
  public var operation = BooleanOperation.union

  public init() {}
}

/// Two solids to one.
public enum BooleanModels: Verb {
  public static let name = "boolean"
  public static let summary =
    "Unites two solids, takes one from the other, or keeps what both share."
  public static let usage = "MODEL MODEL -o MODEL"
  public static let inputCount = 2...2
  public static let output = OutputRule.required(standardOutput: nil)

  public static func run(_ call: VerbCall<BooleanSettings>, _ work: WorkContext) throws
    -> VerbResult
  {
    let target = try SceneFormat(path: call.output!, writing: true)
    work.progress.declare([("read", 1), ("cut", 4), ("write", 1)])
    work.progress.enter("read")
    var unit: LengthUnit?
    let meshes = try call.inputs.map { path in
      let scene = try SceneFile.read(path, log: work.log, cancellation: work.cancellation)
      guard scene.triangleCount > 0 else {
        throw InputError("no-triangles", "the model holds no triangles", path)
      }
      // In one unit: that of the result, or where it has none that of the first.
      let scaled = try Convert.scaled(scene, to: target, target.unit ?? unit, work.log)
      unit = unit ?? scaled.unit
      let mesh = scaled.merged()
      guard try mesh.solidReport(nil, work).isPrintable else {
        throw InputError(
          "not-a-solid",
          "the model is not the closed surface of a solid; `maquette repair` makes one of it", path)
      }
      return mesh
    }
    work.progress.enter("cut")
    let result = try meshes[0].boolean(call.options.operation, with: meshes[1], work).mesh
    guard !result.triangles.isEmpty else {
      throw InputError("nothing-left", "nothing is left of the models", call.inputs[0])
    }
    work.progress.enter("write")
    let report = try result.solidReport(nil, work)
    let outputs = try ModelOutput.write(
      Scene(mesh: result, unit: unit), as: target, to: call.output!, work)
    return VerbResult(
      outputs: outputs,
      result: [
        "triangles": .integer(result.triangles.count),
        "components": .integer(report.mesh.components),
        "volume": .number(report.mesh.volume), "printable": .bool(report.isPrintable),
      ],
      text: """
        triangles       \(result.triangles.count)
        components      \(report.mesh.components)
        volume          \(report.mesh.volume) cubic \(unit?.rawValue ?? "units")
        printable       \(report.isPrintable ? "yes" : "no")
        """)
  }
}
