/* The library as C sees it: a pyramid repaired, one array read, one mistake told. Prints what it saw. */
#include <stdio.h>
#include <string.h>

#include "maquette.h"

static int tell(double fraction, void *context) {
  *(double *)context = fraction;
  return 0;
}

int main(void) {
  const float positions[] = {0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1};
  const uint32_t indices[] = {0, 2, 1, 0, 1, 3, 1, 2, 3, 0, 3, 2};
  double last = -1;
  maquette_result *made = maquette_mesh("repair", "{}", positions, 4, indices, 4, 0, tell, &last);
  maquette_array triangles;
  int32_t found = maquette_result_array(made, "triangles", &triangles);
  printf("status %d, %lld triangles of %lld, type %d, told %d, ", maquette_result_status(made),
         found ? (long long)triangles.shape[0] : -1, (long long)triangles.shape[1], triangles.type, last > 0);
  maquette_result_free(made);
  maquette_result *wrong = maquette_mesh("repair", "{\"modus\": 1}", positions, 4, indices, 4, 0, NULL, NULL);
  printf("status %d, %s\n", maquette_result_status(wrong),
         strstr(maquette_result_json(wrong), "modus") ? "named" : "not named");
  maquette_result_free(wrong);
  return 0;
}
