import Formats
public import Geometry
import LinearMath
import Scenes
import Settings
public import Work

/// Mesh to a mesh of nearly equilateral triangles.
public enum RemeshModel: Verb {
  public static let name = "remesh"
  public static let summary =
    "Writes the surface with new, nearly equilateral triangles of one size."
  public static let usage = "MODEL -o MODEL"
  public static let inputCount = 1...1
  public static let output = OutputRule.required(standardOutput: nil)

  public static func run(_ call: VerbCall<RemeshSettings>, _ work: WorkContext) throws
    -> VerbResult
  {
    if call.options.edgeLength != nil && call.options.targetTriangles != nil {
      throw UsageError("give --edge-length or --target-triangles, not both")
    }
    let target = try SceneFormat(path: call.output!, writing: true)
    work.progress.declare([("read", 1), ("remesh", 4), ("measure", 2), ("write", 1)])
    let source = try MeshInput.read(call.inputs[0], work)
    work.progress.enter("remesh")
    let result = try source.mesh.remeshed(call.options, groups: source.groups, work)
    work.progress.enter("measure")
    let diagonal = Double(source.mesh.bounds.diagonal)
    let deviation = try result.mesh.deviation(from: source.mesh, seed: call.seed, work)
    if let asked = call.options.targetTriangles,
      abs(result.mesh.triangles.count - asked) * 20 > asked
    {
      work.log.warn(
        "\(result.mesh.triangles.count) triangles were made, about \(asked) were asked for: "
          + "lines and bends that are kept need other sizes")
    }
    work.progress.enter("write")
    let outputs = try source.write(
      result.mesh, from: result.sources, as: target, to: call.output!, work)
    let largest = deviation.maximum / diagonal * 100
    return VerbResult(
      outputs: outputs,
      result: [
        "triangles": .integer(result.mesh.triangles.count),
        "trianglesBefore": .integer(source.mesh.triangles.count),
        "meanEdgeLength": .number(result.meanEdgeLength),
        "meanErrorPercent": .number(deviation.mean / diagonal * 100),
        "hausdorffPercent": .number(largest),
      ],
      text: """
        triangles       \(source.mesh.triangles.count) -> \(result.mesh.triangles.count)
        mean edge       \(result.meanEdgeLength.brief)
        largest error   \(largest.brief) % of the diagonal
        """)
  }
}
