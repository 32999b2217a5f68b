import Formats
public import Geometry
import LinearMath
import Scenes
import Settings
public import Work

/// Mesh to a mesh of nearly equilateral triangles.
public enum RemeshModel: MeshVerb {
  public static let name = "remesh"
  public static let summary =
    "Writes the surface with new, nearly equilateral triangles of one size."
  public static let usage = "MODEL -o MODEL"
  public static let inputCount = 1...1
  public static let output = OutputRule.required(standardOutput: nil)

  public static func run(_ call: VerbCall<RemeshSettings>, _ work: WorkContext) throws
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

  private static func check(_ options: RemeshSettings) throws {
    if options.edgeLength != nil && options.targetTriangles != nil {
      throw UsageError("give --edge-length or --target-triangles, not both")
    }
  }

  public static let phases = [(name: "remesh", weight: 4.0), (name: "measure", weight: 2.0)]

  public static func make(
    _ mesh: Mesh, groups: [Int], _ options: RemeshSettings, seed: UInt64, _ work: WorkContext
  ) throws -> MadeMesh {
    try check(options)
    work.progress.enter("remesh")
    let result = try mesh.remeshed(options, groups: groups, work)
    work.progress.enter("measure")
    let diagonal = Double(mesh.bounds.diagonal)
    let deviation = try result.mesh.deviation(from: mesh, seed: seed, work)
    if let asked = options.targetTriangles,
      abs(result.mesh.triangles.count - asked) * 20 > asked
    {
      work.log.warn(
        "\(result.mesh.triangles.count) triangles were made, about \(asked) were asked for: "
          + "lines and bends that are kept need other sizes")
    }
    let largest = deviation.maximum / diagonal * 100
    return MadeMesh(
      mesh: result.mesh, sources: result.sources,
      result: [
        "triangles": .integer(result.mesh.triangles.count),
        "trianglesBefore": .integer(mesh.triangles.count),
        "meanEdgeLength": .number(result.meanEdgeLength),
        "meanErrorPercent": .number(deviation.mean / diagonal * 100),
        "hausdorffPercent": .number(largest),
      ],
      text: """
        triangles       \(mesh.triangles.count) -> \(result.mesh.triangles.count)
        mean edge       \(result.meanEdgeLength.brief)
        largest error   \(largest.brief) % of the diagonal
        """)
  }
}
