import Archives
import Formats
import Geometry
import LinearMath
import Scenes
import Settings
import Work

/// What holds of a file that was written: everything is measured on what was read back from it.
struct PrintCertificate {
  private struct Property {
    let name: String
    let found: JSONValue
    /// What it is to be, in words.
    let wanted: String
    let holds: Bool
  }

  private let properties: [Property]
  private let mesh: Mesh
  private let report: SolidReport
  private let review: PrintReview
  private let solid: PrintJob.Solid
  private let call: VerbCall<PreparePrintSettings>
  private let file: (bytes: Int, digest: String)

  static func usualPath(for output: String) -> String {
    String(output[..<(output.lastIndex(of: ".") ?? output.endIndex)]) + ".certificate.json"
  }

  /// - Parameter path: where the written file lies for now.
  init(
    _ path: String, _ solid: PrintJob.Solid,
    _ call: VerbCall<PreparePrintSettings>, _ work: WorkContext
  ) throws {
    let format = try SceneFormat(path: call.output!, writing: true)
    let scene = try SceneFile.read(path, as: format, log: LogSink())
    mesh = scene.merged()
    report = try mesh.solidReport(nil, work)
    review = try mesh.printReview(call.options.review, seed: call.seed, work)
    let artifact = Artifact(path: path, mediaType: "").json
    file = (artifact["bytes"]?.int ?? 0, artifact["sha256"]?.string ?? "")
    (self.solid, self.call) = (solid, call)
    if review.contactArea < 1 {
      work.log.warn(
        "the print touches the plate in points only, which slicers may refuse; --base gives it a flat face"
      )
    }
    properties = Self.properties(
      report, mesh, isMillimeters: scene.unit == .millimeters, call.options)
  }

  private static func properties(
    _ report: SolidReport, _ mesh: Mesh, isMillimeters: Bool, _ options: PreparePrintSettings
  ) -> [Property] {
    func none(_ name: String, _ count: Int) -> Property {
      Property(name: name, found: .integer(count), wanted: "0", holds: count == 0)
    }
    let box = mesh.bounds
    var list = [
      none("boundaryEdges", report.mesh.boundaryEdges),
      none("nonManifoldEdges", report.mesh.nonManifoldEdges),
      none("nonManifoldVertices", report.mesh.nonManifoldVertices),
      none("misorientedEdges", report.mesh.misorientedEdges),
      none("degenerateTriangles", report.mesh.degenerateTriangles),
      none("duplicateTriangles", report.mesh.duplicateTriangles),
      none("selfIntersectingTriangles", report.selfIntersectingTriangles),
      none("buriedTriangles", report.buriedTriangles),
      Property(
        name: "volumeMillilitres", found: .number(report.mesh.volume / 1000),
        wanted: "more than 0", holds: report.mesh.volume > 0),
      Property(
        name: "unitIsMillimeters", found: .bool(isMillimeters), wanted: "true",
        holds: isMillimeters),
      Property(
        name: "lowestMillimeters", found: .number(Double(box.minimum.z)), wanted: "0",
        holds: abs(box.minimum.z) <= 1e-5 * box.diagonal),
    ]
    if let height = options.heightMillimeters {
      // Half a percent, and no less than a fifth of a layer; a hole through a tip takes the tip.
      let tip = (options.wallMillimeters ?? 0) + 2 * options.drainDiameterMillimeters
      let isDrained = options.wallMillimeters != nil && options.drainHoles > 0
      let slack = max(0.02, 0.005 * height) + (isDrained ? tip : 0)
      list.append(
        Property(
          name: "heightMillimeters", found: .number(Double(box.size.z)),
          wanted: "\(height.brief), within \(slack.brief)",
          holds: abs(Double(box.size.z) - height) <= slack))
    }
    return list
  }

  /// Whether all properties hold.
  var holds: Bool { properties.allSatisfy(\.holds) }

  private var volume: Double { report.mesh.volume / 1000 }
  private var mass: Double { volume * call.options.material.density }
}

// MARK: - Texts

extension PrintCertificate {
  var json: JSONValue {
    let size = mesh.bounds.size
    return [
      "certificate": "maquette-print-1",
      "tool": .string("Maquette \(maquetteVersion)"),
      "printable": .bool(holds),
      "file": holds ? written : .null,
      "source": [
        "name": .string(name(call.inputs[0])),
        "sha256": .string(Digest.sha256(ofFile: call.inputs[0]) ?? ""),
        "factor": .number(solid.factor),
      ],
      "properties": .array(
        properties.map {
          [
            "name": .string($0.name), "found": $0.found, "wanted": .string($0.wanted),
            "holds": .bool($0.holds),
          ]
        }),
      "sizeMillimeters": .array([size.x, size.y, size.z].map { .number(Double($0)) }),
      "heightMillimeters": .number(Double(size.z)),
      "volumeMillilitres": .number(volume),
      "areaSquareMillimeters": .number(report.mesh.area),
      "material": .string(call.options.material.rawValue),
      "massGrams": .number(mass),
      "triangles": .integer(report.mesh.triangles),
      "components": .integer(report.mesh.components - review.pockets.count),
      "repair": RepairDescription(report: solid.repair, hausdorffPercent: solid.hausdorffPercent)
        .json,
      "hollow": hollow,
      "thinWalls": regions(review.thinWalls, "thinnestMillimeters"),
      "thinWallCount": .integer(review.thinWalls.count),
      "leastWallMillimeters": review.leastWall.map { .number($0) } ?? .null,
      "overhangs": regions(review.overhangs, "lowestMillimeters"),
      "contactSquareMillimeters": .number(review.contactArea),
      "overhangCount": .integer(review.overhangs.count),
      "overhangArea": .number(review.overhangArea),
      "trappedPockets": regions(review.pockets, "volumeCubicMillimeters"),
      "trappedPocketCount": .integer(review.pockets.count),
      "settings": call.options.json,
    ]
  }

  /// Null where nothing was written: an older file of that name is not what this is about.
  private var written: JSONValue {
    [
      "name": .string(name(call.output!)), "bytes": .integer(file.bytes),
      "sha256": .string(file.digest), "unit": "millimeters", "up": "z",
    ]
  }

  private var hollow: JSONValue {
    guard let hollow = solid.hollow else { return .null }
    return [
      "wallMinMillimeters": .number(hollow.leastWall),
      "wallP99ErrorPercent": .number(hollow.wallError99 * 100),
      "volumeSavedPercent": .number((1 - hollow.volumes.after / hollow.volumes.before) * 100),
      "cavities": .integer(hollow.cavities), "filledPockets": .integer(hollow.filled),
    ]
  }

  /// The twenty largest; the count beside says how many there are.
  private func regions(_ regions: [PrintRegion], _ extreme: String) -> JSONValue {
    .array(
      regions.prefix(20).map { region in
        var members: [(String, JSONValue)] = [
          (
            "center",
            .array([region.center.x, region.center.y, region.center.z].map { .number(Double($0)) })
          )
        ]
        if region.area > 0 { members.append(("areaSquareMillimeters", .number(region.area))) }
        return .object(members + [(extreme, .number(region.extreme))])
      })
  }

  private func name(_ path: String) -> String {
    path.split(separator: "/").last.map(String.init) ?? path
  }

  var text: String {
    let size = mesh.bounds.size
    let failed = properties.filter { !$0.holds }.map {
      "\($0.name) is \($0.found.text()) and is to be \($0.wanted)"
    }
    var lines = [
      "printable       \(holds ? "yes" : "no: " + failed.joined(separator: ", "))",
      "size            \(Double(size.x).brief) x \(Double(size.y).brief) x \(Double(size.z).brief) mm",
      "volume          \(volume.brief) ml, \(mass.brief) g of \(call.options.material.rawValue)",
      "triangles       \(report.mesh.triangles)",
      "repaired        \(RepairDescription.words(solid.repair.tier)), largest change "
        + "\(solid.hausdorffPercent.brief) % of the diagonal",
    ]
    if let hollow = solid.hollow {
      lines.append(
        "hollowed        wall \(hollow.leastWall.brief) mm at its thinnest, 99 % within "
          + "\((hollow.wallError99 * 100).brief) %")
    }
    lines.append(
      "thin walls      "
        + line(review.thinWalls) { "thinnest \($0.extreme.brief) mm at \(place($0))" })
    lines.append(
      "overhangs       "
        + line(review.overhangs) { _ in "\(review.overhangArea.brief) mm2 beyond the angle" })
    lines.append(
      "trapped pockets "
        + line(review.pockets) { "the largest \(($0.extreme / 1000).brief) ml at \(place($0))" })
    return lines.joined(separator: "\n")
  }

  private func line(_ regions: [PrintRegion], _ first: (PrintRegion) -> String) -> String {
    regions.isEmpty ? "none" : "\(regions.count), " + first(regions[0])
  }

  private func place(_ region: PrintRegion) -> String {
    "(\(Double(region.center.x).brief), \(Double(region.center.y).brief), \(Double(region.center.z).brief))"
  }
}
