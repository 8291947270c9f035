/* A write mode of cvg_ingest beside those of plugin.h: many units of one table, derived from the same units of another one,
 * each from its own rows.  keys_json names the units, [{"source":..,"unit":..}, ...]; source names the table that they are
 * derived from; sql reads that table, narrowed to one unit at a time, under the name input; unit is empty.  For steps only.
 * The host leaves out the units whose input it knows to be the same as when they were derived the last time; rows counts
 * what was written.  A warehouse that does not know the mode answers CVG_E_UNSUPPORTED. */
#ifndef CONVERGENCE_DERIVE_UNITS_H
#define CONVERGENCE_DERIVE_UNITS_H

enum { CVG_DERIVE_UNITS = 6 };

#endif
