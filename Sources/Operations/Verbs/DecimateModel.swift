import Formats
public import Geometry
import LinearMath
import Scenes
import Settings
public import Work

/// Mesh to a mesh with fewer triangles.
public enum DecimateModel: MeshVerb {
  public static let name = "decimate"
  public static let summary =
    "Writes a mesh with fewer triangles, and says how far it is from the input. Of several targets the first that is reached ends it."
  public static let usage = "MODEL -o MODEL"
  public static let inputCount = 1...1
  public static let output = OutputRule.required(standardOutput: nil)

  public static func run(_ call: VerbCall<DecimateSettings>, _ work: WorkContext) throws
    -> VerbResult
  {
    try check(call.options)
    let target = try SceneFormat(path: call.output!, writing: true)
    work.progress.declare([("read", 1)] + phases + [("write", 1)])
    let source = try MeshInput.read(call.inputs[0], work)
    let made = try make(source.mesh, groups: source.groups, call.options, seed: call.seed, work)
    work.progress.enter("write")
    let outputs = try source.write(
      made.mesh, from: made.sources, as: target, to: call.output!, work)
    return VerbResult(outputs: outputs, result: made.result, text: made.text)
  }

  private static func check(_ options: DecimateSettings) throws {
    guard
      options.targetTriangles != nil || options.targetVertices != nil || options.ratio != nil
        || options.maxError != nil
    else {
      throw UsageError(
        "say how far to go: --target-triangles, --target-vertices, --ratio or --max-error")
    }
  }

  public static let phases = [(name: "decimate", weight: 4.0), (name: "measure", weight: 2.0)]

  public static func make(
    _ mesh: Mesh, groups: [Int], _ options: DecimateSettings, seed: UInt64, _ work: WorkContext
  ) throws -> MadeMesh {
    try check(options)
    work.progress.enter("decimate")
    let result = try mesh.decimated(options, groups: groups, work)
    work.progress.enter("measure")
    let diagonal = Double(mesh.bounds.diagonal)
    let deviation = try result.mesh.deviation(from: mesh, seed: seed, work)
    let points = Weld(result.mesh.positions).vertexOfPoint.count
    if let asked = options.triangleGoal(of: mesh), result.mesh.triangles.count > asked {
      work.log.warn(
        "\(result.mesh.triangles.count) triangles are left, \(asked) were asked for: "
          + "fewer would change how the surface is connected, or make it cut itself")
    }
    let (mean, largest) = (deviation.mean / diagonal * 100, deviation.maximum / diagonal * 100)
    return MadeMesh(
      mesh: result.mesh, sources: result.sources,
      result: [
        "triangles": .integer(result.mesh.triangles.count), "vertices": .integer(points),
        "trianglesBefore": .integer(mesh.triangles.count),
        "meanErrorPercent": .number(mean), "maxErrorPercent": .number(largest),
      ],
      text: """
        triangles       \(mesh.triangles.count) -> \(result.mesh.triangles.count)
        vertices        \(points), \(result.mesh.positions.count) with the copies along seams
        mean error      \(mean.brief) % of the diagonal
        largest error   \(largest.brief) % of the diagonal
        """)
  }
}
