import Formats
public import Geometry
import LinearMath
import Scenes
import Settings
public import Work

/// Mesh to a mesh with fewer triangles.
public enum DecimateModel: Verb {
  public static let name = "decimate"
  public static let summary =
    "Writes a mesh with fewer triangles, and says how far it is from the input. Of several targets the first that is reached ends it."
  public static let usage = "MODEL -o MODEL"
  public static let inputCount = 1...1
  public static let output = OutputRule.required(standardOutput: nil)

  public static func run(_ call: VerbCall<DecimateSettings>, _ work: WorkContext) throws
    -> VerbResult
  {
    let options = call.options
    guard
      options.targetTriangles != nil || options.targetVertices != nil || options.ratio != nil
        || options.maxError != nil
    else {
      throw UsageError(
        "say how far to go: --target-triangles, --target-vertices, --ratio or --max-error")
    }
    let target = try SceneFormat(path: call.output!, writing: true)
    work.progress.declare([("read", 1), ("decimate", 4), ("measure", 2), ("write", 1)])
    let source = try MeshInput.read(call.inputs[0], work)
    work.progress.enter("decimate")
    let result = try source.mesh.decimated(options, groups: source.groups, work)
    work.progress.enter("measure")
    let diagonal = Double(source.mesh.bounds.diagonal)
    let deviation = try result.mesh.deviation(from: source.mesh, seed: call.seed, work)
    let points = Weld(result.mesh.positions).vertexOfPoint.count
    if let asked = options.triangleGoal(of: source.mesh), result.mesh.triangles.count > asked {
      work.log.warn(
        "\(result.mesh.triangles.count) triangles are left, \(asked) were asked for: "
          + "fewer would change how the surface is connected, or make it cut itself")
    }
    work.progress.enter("write")
    let outputs = try source.write(
      result.mesh, from: result.sources, as: target, to: call.output!, work)
    let (mean, largest) = (deviation.mean / diagonal * 100, deviation.maximum / diagonal * 100)
    return VerbResult(
      outputs: outputs,
      result: [
        "triangles": .integer(result.mesh.triangles.count), "vertices": .integer(points),
        "trianglesBefore": .integer(source.mesh.triangles.count),
        "meanErrorPercent": .number(mean), "maxErrorPercent": .number(largest),
      ],
      text: """
        triangles       \(source.mesh.triangles.count) -> \(result.mesh.triangles.count)
        vertices        \(points), \(result.mesh.positions.count) with the copies along seams
        mean error      \(mean.brief) % of the diagonal
        largest error   \(largest.brief) % of the diagonal
        """)
  }
}
