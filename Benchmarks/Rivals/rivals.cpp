// The libraries that Maquette is measured against, each doing the job it does too. Built by
// `.ci/setup --rivals`; asked by `benchmark`.
//
//   rivals TASK TOOL IN.obj OUT.obj VALUE RUNS SECONDS
//
//   decimate  meshoptimizer, cgal        VALUE: share of the triangles to keep
//   remesh    cgal, cgal-features        VALUE: edge length
//   bvh       embree                     VALUE: number of queries
//   weld      meshoptimizer              VALUE: unused
//
// Prints one JSON object: median CPU seconds of each measured step, of at most RUNS runs on one thread, none begun after
// SECONDS.
// Writes OUT.obj where the task has a result. Reading and writing are not timed.
#include <CGAL/Exact_predicates_inexact_constructions_kernel.h>
#include <CGAL/Polygon_mesh_processing/detect_features.h>
#include <CGAL/Polygon_mesh_processing/remesh.h>
#include <CGAL/Surface_mesh.h>
#include <CGAL/Surface_mesh_simplification/Policies/Edge_collapse/Count_ratio_stop_predicate.h>
#include <CGAL/Surface_mesh_simplification/edge_collapse.h>
#include <embree3/rtcore.h>
#include <meshoptimizer.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fstream>
#include <functional>
#include <limits>
#include <random>
#include <sstream>
#include <string>
#include <vector>

struct Soup {
  std::vector<float> positions;
  std::vector<unsigned> indices;
};

static Soup readOBJ(const std::string &path) {
  Soup soup;
  std::ifstream file(path);
  std::string line, word;
  while (std::getline(file, line)) {
    std::istringstream words(line);
    words >> word;
    if (word == "v") {
      float value;
      for (int axis = 0; axis < 3; ++axis) words >> value, soup.positions.push_back(value);
    } else if (word == "f") {
      for (int corner = 0; corner < 3; ++corner) words >> word, soup.indices.push_back(std::stoul(word) - 1);
    }
  }
  return soup;
}

static void writeOBJ(const std::string &path, const Soup &soup) {
  std::ofstream file(path);
  file.precision(9);
  for (size_t i = 0; i < soup.positions.size(); i += 3)
    file << "v " << soup.positions[i] << ' ' << soup.positions[i + 1] << ' ' << soup.positions[i + 2] << '\n';
  for (size_t i = 0; i < soup.indices.size(); i += 3)
    file << "f " << soup.indices[i] + 1 << ' ' << soup.indices[i + 1] + 1 << ' ' << soup.indices[i + 2] + 1 << '\n';
}

static double seconds() {
  timespec time;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return time.tv_sec + 1e-9 * time.tv_nsec;
}

// At most so many runs; none is begun after so many seconds by the clock.
static int runs = 5;
static double longest = 15;

static double median(const std::function<void()> &prepare, const std::function<void()> &body) {
  std::vector<double> times;
  const auto begun = std::chrono::steady_clock::now();
  auto spent = [&] { return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count(); };
  for (int run = 0; run < runs && (run == 0 || spent() < longest); ++run) {
    prepare();
    double start = seconds();
    body();
    times.push_back(seconds() - start);
  }
  std::sort(times.begin(), times.end());
  return times[times.size() / 2];
}

using Kernel = CGAL::Exact_predicates_inexact_constructions_kernel;
using SurfaceMesh = CGAL::Surface_mesh<Kernel::Point_3>;

static SurfaceMesh surfaceMesh(const Soup &soup) {
  SurfaceMesh mesh;
  std::vector<SurfaceMesh::Vertex_index> vertices;
  for (size_t i = 0; i < soup.positions.size(); i += 3)
    vertices.push_back(mesh.add_vertex({soup.positions[i], soup.positions[i + 1], soup.positions[i + 2]}));
  for (size_t i = 0; i < soup.indices.size(); i += 3)
    mesh.add_face(vertices[soup.indices[i]], vertices[soup.indices[i + 1]], vertices[soup.indices[i + 2]]);
  return mesh;
}

static Soup soupOf(SurfaceMesh &mesh) {
  mesh.collect_garbage();
  Soup soup;
  for (auto vertex : mesh.vertices())
    for (int axis = 0; axis < 3; ++axis) soup.positions.push_back(float(mesh.point(vertex)[axis]));
  for (auto face : mesh.faces())
    for (auto vertex : mesh.vertices_around_face(mesh.halfedge(face))) soup.indices.push_back(vertex);
  return soup;
}

static std::string decimate(const std::string &tool, const Soup &input, double ratio, Soup &output) {
  double time;
  if (tool == "meshoptimizer") {
    size_t goal = size_t(std::lround(input.indices.size() / 3 * ratio)) * 3;
    output = input;
    output.indices.resize(input.indices.size());
    size_t count = 0;
    time = median([] {}, [&] {
      count = meshopt_simplify(
          output.indices.data(), input.indices.data(), input.indices.size(), input.positions.data(),
          input.positions.size() / 3, 12, goal, 1e9f);
    });
    output.indices.resize(count);
  } else {
    SurfaceMesh mesh;
    namespace Simplification = CGAL::Surface_mesh_simplification;
    time = median([&] { mesh = surfaceMesh(input); }, [&] {
      // Without policies: Lindstrom and Turk's cost and placement.
      Simplification::edge_collapse(mesh, Simplification::Count_ratio_stop_predicate<SurfaceMesh>(ratio));
    });
    output = soupOf(mesh);
  }
  return "{\"seconds\": " + std::to_string(time) + "}";
}

static std::string remesh(const std::string &tool, const Soup &input, double length, Soup &output) {
  namespace Processing = CGAL::Polygon_mesh_processing;
  SurfaceMesh mesh;
  double time = median([&] { mesh = surfaceMesh(input); }, [&] {
    auto isFeature = mesh.add_property_map<SurfaceMesh::Edge_index, bool>("feature", false).first;
    if (tool == "cgal-features") {
      Processing::detect_sharp_edges(mesh, 40, isFeature);
      Processing::split_long_edges(edges(mesh), length * 4 / 3, mesh, CGAL::parameters::edge_is_constrained_map(isFeature));
    }
    Processing::isotropic_remeshing(
        faces(mesh), length, mesh,
        CGAL::parameters::number_of_iterations(10).edge_is_constrained_map(isFeature).protect_constraints(false));
  });
  output = soupOf(mesh);
  return "{\"seconds\": " + std::to_string(time) + "}";
}

struct Query {
  const Soup *soup;
  float point[3];
  float square;
};

static float squaredDistance(const float *p, const float *a, const float *b, const float *c) {
  // Closest point of a triangle by its regions (Ericson, "Real-time collision detection", 5.1.5).
  float ab[3], ac[3], ap[3];
  auto dot = [](const float *x, const float *y) { return x[0] * y[0] + x[1] * y[1] + x[2] * y[2]; };
  for (int i = 0; i < 3; ++i) ab[i] = b[i] - a[i], ac[i] = c[i] - a[i], ap[i] = p[i] - a[i];
  auto result = [&](float s, float t) {
    float sum = 0;
    for (int i = 0; i < 3; ++i) {
      float d = ap[i] - s * ab[i] - t * ac[i];
      sum += d * d;
    }
    return sum;
  };
  float d1 = dot(ab, ap), d2 = dot(ac, ap);
  if (d1 <= 0 && d2 <= 0) return result(0, 0);
  float abab = dot(ab, ab), abac = dot(ab, ac), acac = dot(ac, ac);
  float d3 = d1 - abab, d4 = d2 - abac;
  if (d3 >= 0 && d4 <= d3) return result(1, 0);
  float vc = d1 * d4 - d3 * d2;
  if (vc <= 0 && d1 >= 0 && d3 <= 0) return result(d1 / (d1 - d3), 0);
  float d5 = d1 - abac, d6 = d2 - acac;
  if (d6 >= 0 && d5 <= d6) return result(0, 1);
  float vb = d5 * d2 - d1 * d6;
  if (vb <= 0 && d2 >= 0 && d6 <= 0) return result(0, d2 / (d2 - d6));
  float va = d3 * d6 - d5 * d4;
  if (va <= 0 && d4 - d3 >= 0 && d5 - d6 >= 0) {
    float w = (d4 - d3) / ((d4 - d3) + (d5 - d6));
    return result(1 - w, w);
  }
  float sum = va + vb + vc;
  return result(vb / sum, vc / sum);
}

static bool visit(RTCPointQueryFunctionArguments *arguments) {
  auto query = static_cast<Query *>(arguments->userPtr);
  const unsigned *t = &query->soup->indices[3 * arguments->primID];
  const float *p = query->soup->positions.data();
  float square = squaredDistance(query->point, p + 3 * t[0], p + 3 * t[1], p + 3 * t[2]);
  if (square >= query->square) return false;
  query->square = square;
  arguments->query->radius = std::sqrt(square);
  return true;
}

static std::string bvh(const Soup &soup, int count) {
  RTCDevice device = rtcNewDevice("threads=1");
  RTCScene scene = nullptr;
  double build = median([&] { if (scene) rtcReleaseScene(scene); }, [&] {
    scene = rtcNewScene(device);
    RTCGeometry geometry = rtcNewGeometry(device, RTC_GEOMETRY_TYPE_TRIANGLE);
    void *vertices = rtcSetNewGeometryBuffer(
        geometry, RTC_BUFFER_TYPE_VERTEX, 0, RTC_FORMAT_FLOAT3, 12, soup.positions.size() / 3);
    void *indices = rtcSetNewGeometryBuffer(
        geometry, RTC_BUFFER_TYPE_INDEX, 0, RTC_FORMAT_UINT3, 12, soup.indices.size() / 3);
    memcpy(vertices, soup.positions.data(), soup.positions.size() * 4);
    memcpy(indices, soup.indices.data(), soup.indices.size() * 4);
    rtcSetGeometryPointQueryFunction(geometry, visit);
    rtcCommitGeometry(geometry);
    rtcAttachGeometry(scene, geometry);
    rtcReleaseGeometry(geometry);
    rtcCommitScene(scene);
  });
  float low[3], high[3];
  for (int axis = 0; axis < 3; ++axis) {
    low[axis] = std::numeric_limits<float>::max(), high[axis] = -low[axis];
    for (size_t i = axis; i < soup.positions.size(); i += 3)
      low[axis] = std::min(low[axis], soup.positions[i]), high[axis] = std::max(high[axis], soup.positions[i]);
  }
  // Points spread over a box a tenth larger; rays run from each to the next.
  std::mt19937 generator(1);
  std::uniform_real_distribution<float> unit(-0.55f, 0.55f);
  std::vector<float> points(3 * count);
  for (int i = 0; i < 3 * count; ++i)
    points[i] = (low[i % 3] + high[i % 3]) / 2 + unit(generator) * (high[i % 3] - low[i % 3]);
  double closest = median([] {}, [&] {
    for (int i = 0; i < count; ++i) {
      Query state{&soup, {points[3 * i], points[3 * i + 1], points[3 * i + 2]}, std::numeric_limits<float>::infinity()};
      RTCPointQuery query{state.point[0], state.point[1], state.point[2], 0, state.square};
      RTCPointQueryContext context;
      rtcInitPointQueryContext(&context);
      rtcPointQuery(scene, &query, &context, nullptr, &state);
    }
  });
  double rays = median([] {}, [&] {
    for (int i = 0; i + 1 < count; ++i) {
      const float *from = &points[3 * i], *to = from + 3;
      RTCRayHit ray{};
      ray.ray.org_x = from[0], ray.ray.org_y = from[1], ray.ray.org_z = from[2];
      ray.ray.dir_x = to[0] - from[0], ray.ray.dir_y = to[1] - from[1], ray.ray.dir_z = to[2] - from[2];
      ray.ray.tfar = std::numeric_limits<float>::infinity();
      ray.ray.mask = ~0u;
      ray.hit.geomID = RTC_INVALID_GEOMETRY_ID;
      RTCIntersectContext context;
      rtcInitIntersectContext(&context);
      rtcIntersect1(scene, &context, &ray);
    }
  });
  return "{\"build\": " + std::to_string(build) + ", \"closest\": " + std::to_string(closest) + ", \"rays\": " +
         std::to_string(rays) + "}";
}

static std::string weld(const Soup &input) {
  // The triangles as files without indices have them: three vertices each.
  std::vector<float> corners;
  for (unsigned index : input.indices)
    corners.insert(corners.end(), &input.positions[3 * index], &input.positions[3 * index] + 3);
  std::vector<unsigned> remap(input.indices.size()), indices(input.indices.size()), neighbours(4 * input.indices.size());
  size_t count = remap.size(), vertices = 0;
  double time = median([] {}, [&] {
    vertices = meshopt_generateVertexRemap(remap.data(), nullptr, count, corners.data(), count, 12);
    meshopt_remapIndexBuffer(indices.data(), nullptr, count, remap.data());
    meshopt_generateAdjacencyIndexBuffer(
        neighbours.data(), indices.data(), count, input.positions.data(), input.positions.size() / 3, 12);
  });
  return "{\"seconds\": " + std::to_string(time) + "}";
}

int main(int count, char **words) {
  if (count != 8) {
    fprintf(stderr, "usage: rivals TASK TOOL IN.obj OUT.obj VALUE RUNS SECONDS\n");
    return 2;
  }
  std::string task = words[1], tool = words[2];
  Soup input = readOBJ(words[3]), output;
  double value = atof(words[5]);
  runs = atoi(words[6]);
  longest = atof(words[7]);
  std::string report;
  if (task == "decimate") report = decimate(tool, input, value, output);
  if (task == "remesh") report = remesh(tool, input, value, output);
  if (task == "bvh") report = bvh(input, int(value));
  if (task == "weld") report = weld(input);
  if (report.empty()) return 2;
  if (!output.indices.empty()) writeOBJ(words[4], output);
  printf("%s\n", report.c_str());
}
