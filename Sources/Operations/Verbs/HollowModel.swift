import Formats
public import Geometry
import LinearMath
public import Scenes
public import Settings
public import Work

public struct HollowModelSettings: SettingsGroup {
  public var hollow = HollowSettings()

  @Setting(
    "Which axis points up in print; by default the format's: z for STL and 3MF, y for the others.")
  public var up: UpAxis? = nil

  @Setting("Also draw the result cut open as a PNG, the wall's section orange.")
  public var picture: String? = nil

  public init() {}
}

/// Solid to a solid with a cavity.
public enum HollowModel: Verb {
  public static let name = "hollow"
  public static let summary =
    "Takes out the inside of a solid and leaves a wall of exact thickness, with holes to drain it."
  public static let usage = "MODEL -o MODEL"
  public static let inputCount = 1...1
  public static let output = OutputRule.required(standardOutput: nil)

  public static func run(_ call: VerbCall<HollowModelSettings>, _ work: WorkContext) throws
    -> VerbResult
  {
    let target = try SceneFormat(path: call.output!, writing: true)
    var paths = try OutputPaths(read: call.inputs, output: call.output)
    try paths.add(call.options.picture, "--picture", ending: "png")
    work.progress.declare([("read", 1), ("hollow", 8), ("write", 1)])
    let source = try MeshInput.read(call.inputs[0], as: target, work)
    let unit = source.scene.unit ?? .millimeters
    let millimeter = LengthUnit.millimeters.meters / unit.meters
    let axis = try call.options.up ?? SceneFormat.inside(call.inputs[0]).usualUp
    work.progress.enter("hollow")
    let hollow: HollowedMesh
    do {
      hollow = try source.mesh.hollowed(
        call.options.hollow, millimeter: millimeter, up: axis == .z ? [0, 0, 1] : [0, 1, 0], work)
    } catch let error as MeshError where error.code == "not-a-solid" {
      throw InputError(
        error.code,
        "the model is not the closed surface of a solid; `maquette repair` makes one of it",
        call.inputs[0])
    }
    work.progress.enter("write")
    let printable = try hollow.mesh.solidReport(nil, work).isPrintable
    // Drawn first: what cannot be drawn leaves no half of what was asked.
    let picture =
      call.options.picture == nil
      ? [] : try MeshPicture.png([try opened(hollow.mesh, up: axis, work)], up: axis, work)
    var outputs = try source.write(
      hollow.mesh, from: hollow.sources, as: target, to: call.output!, work)
    if let path = call.options.picture {
      try StagedFile.write(picture, to: path)
      outputs.append(Artifact(path: path, mediaType: "image/png"))
    }
    let wall = hollow.leastWall / millimeter
    let saved = (1 - hollow.volumes.after / hollow.volumes.before) * 100
    if hollow.trapped > 0 {
      work.log.warn(
        "\(hollow.trapped) cavities have no way out: liquid or powder stays in; --drain-holes makes one"
      )
    }
    return VerbResult(
      outputs: outputs,
      result: [
        "wallMinMillimeters": .number(wall),
        "wallP99ErrorPercent": .number(hollow.wallError99 * 100),
        "volumeSavedPercent": .number(saved),
        "cavities": .integer(hollow.cavities), "trappedPockets": .integer(hollow.trapped),
        "filledPockets": .integer(hollow.filled), "printable": .bool(printable),
        "triangles": .integer(hollow.mesh.triangles.count),
      ],
      text: """
        wall            \(wall.brief) mm at its thinnest, 99 % within \((hollow.wallError99 * 100).brief) %
        volume saved    \(saved.brief) %
        cavities        \(hollow.cavities), \(hollow.trapped) without a way out, \(hollow.filled) small ones filled
        triangles       \(source.mesh.triangles.count) -> \(hollow.mesh.triangles.count)
        printable       \(printable ? "yes" : "no")
        """,
      unmetGuarantee: printable ? nil : "the result is not printable")
  }

  /// The half of a solid that lies away from the viewer.
  private static func opened(
    _ mesh: Mesh, up: UpAxis, _ work: WorkContext
  ) throws -> MeshPicture.Panel {
    let box = mesh.bounds
    let margin = SIMD3<Float>(repeating: box.diagonal * 0.1)
    var (low, high) = (box.minimum - margin, box.maximum + margin)
    // Not quite the middle, where designed parts have planes of their own. The viewer is at +z of a world
    // with +y up, which is -y of one with +z up.
    let share: Float = 0.503
    if up == .y {
      low.z = box.minimum.z + box.size.z * share
    } else {
      high.y = box.maximum.y - box.size.y * share
    }
    let half = try mesh.boolean(.difference, with: Mesh.box(from: low, to: high), work)
    let colors = half.sources.map {
      $0 < mesh.triangles.count ? MeshPicture.clay : MeshPicture.orange
    }
    return MeshPicture.Panel(mesh: half.mesh, colors: colors, from: [0.2, 0.3, 1])
  }
}
